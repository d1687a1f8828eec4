/** OpenAI's Responses API as the stub speaks it: https://platform.openai.com/docs/api-reference/responses-streaming */
import { type Answer, pieces } from './answer.ts';
import { type ModelCall, type Step, type ToolUse, usageOf } from './step.ts';

export function responsesAnswer(call: ModelCall, step: Step, tool: ToolUse | undefined): Answer {
  const usage = usageOf(step);
  const input = usage.input + usage.cacheRead + usage.cacheWrite;
  const said = 'say' in step ? step.say : undefined;
  const id = `resp_stub${call.number}`;
  const base = {
    id,
    object: 'response',
    created_at: Math.floor(call.at / 1000),
    model: call.model,
    error: null,
    incomplete_details: null,
  };
  const events: [string, object][] = [
    ['response.created', { response: { ...base, status: 'in_progress', output: [], usage: null } }],
  ];
  const output: object[] = [];
  if (said !== undefined) {
    const item = { id: `msg_stub${call.number}`, type: 'message', role: 'assistant' };
    const place = { item_id: item.id, output_index: output.length, content_index: 0 };
    const part = { type: 'output_text', text: said, annotations: [] };
    events.push([
      'response.output_item.added',
      { output_index: output.length, item: { ...item, status: 'in_progress', content: [] } },
    ]);
    events.push(['response.content_part.added', { ...place, part: { ...part, text: '' } }]);
    for (const delta of pieces(said)) events.push(['response.output_text.delta', { ...place, delta }]);
    events.push(['response.output_text.done', { ...place, text: said }]);
    events.push(['response.content_part.done', { ...place, part }]);
    const done = { ...item, status: 'completed', content: [part] };
    events.push(['response.output_item.done', { output_index: output.length, item: done }]);
    output.push(done);
  }
  if ('refuse' in step) {
    const item = {
      id: `msg_stub${call.number}`,
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'refusal', refusal: step.refuse }],
    };
    events.push(['response.output_item.done', { output_index: 0, item }]);
    output.push(item);
  }
  if (tool) {
    const item = toolItem(call, tool);
    events.push([
      'response.output_item.added',
      { output_index: output.length, item: { ...item, status: 'in_progress' } },
    ]);
    events.push(['response.output_item.done', { output_index: output.length, item }]);
    output.push(item);
  }
  const whole = {
    ...base,
    status: 'completed',
    output,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: usage.cacheRead },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + usage.output,
    },
  };
  events.push(['response.completed', { response: whole }]);
  return {
    events: events.map(
      ([type, body], sequence_number) =>
        `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...body })}\n\n`,
    ),
    whole,
  };
}

function toolItem(call: ModelCall, tool: ToolUse): object {
  const call_id = `call_stub${call.number}`;
  if (tool.kind === 'search') {
    return {
      type: 'tool_search_call',
      call_id,
      execution: 'client',
      arguments: tool.input,
      status: 'completed',
    };
  }
  const common = {
    id: `fc_stub${call.number}`,
    call_id,
    name: tool.name,
    ...(tool.namespace !== undefined && { namespace: tool.namespace }),
    status: 'completed',
  };
  if (tool.kind === 'custom') return { ...common, type: 'custom_tool_call', input: String(tool.input) };
  return { ...common, type: 'function_call', arguments: JSON.stringify(tool.input) };
}

const types: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_exceeded',
  500: 'server_error',
};

/** Chat completions word their errors the same way. */
export function openaiError(status: number, type: string | undefined, message: string): object {
  const code = type ?? types[status] ?? 'server_error';
  return { error: { message, type: code, code, param: null } };
}
