/** Anthropic's Messages API as the stub speaks it: https://platform.claude.com/docs/en/build-with-claude/streaming */
import { type Answer, pieces } from './answer.ts';
import { type ModelCall, type Step, type ToolUse, usageOf } from './step.ts';

export function anthropicAnswer(call: ModelCall, step: Step, tool: ToolUse | undefined): Answer {
  const usage = usageOf(step);
  const said = 'say' in step ? step.say : 'refuse' in step ? step.refuse : undefined;
  const stop = tool ? 'tool_use' : 'refuse' in step ? 'refusal' : 'end_turn';
  const id = `msg_stub${call.number}`;
  const counted = {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
  };
  const toolBlock = tool && { type: 'tool_use', id: `toolu_stub${call.number}`, name: tool.name };
  const head = { id, type: 'message', role: 'assistant', model: call.model };
  const events: [string, object][] = [
    [
      'message_start',
      {
        message: {
          ...head,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...counted, output_tokens: 1 },
        },
      },
    ],
  ];
  let index = 0;
  if (said !== undefined) {
    events.push(['content_block_start', { index, content_block: { type: 'text', text: '' } }]);
    for (const text of pieces(said))
      events.push(['content_block_delta', { index, delta: { type: 'text_delta', text } }]);
    events.push(['content_block_stop', { index }]);
    index += 1;
  }
  if (toolBlock) {
    events.push(['content_block_start', { index, content_block: { ...toolBlock, input: {} } }]);
    events.push([
      'content_block_delta',
      { index, delta: { type: 'input_json_delta', partial_json: JSON.stringify(tool.input) } },
    ]);
    events.push(['content_block_stop', { index }]);
  }
  events.push([
    'message_delta',
    {
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { ...counted, output_tokens: usage.output },
    },
  ]);
  events.push(['message_stop', {}]);
  return {
    events: events.map(([type, body]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`),
    whole: {
      ...head,
      content: [
        ...(said !== undefined ? [{ type: 'text', text: said }] : []),
        ...(toolBlock ? [{ ...toolBlock, input: tool.input }] : []),
      ],
      stop_reason: stop,
      stop_sequence: null,
      usage: { ...counted, output_tokens: usage.output },
    },
  };
}

const types: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

export function anthropicError(status: number, type: string | undefined, message: string): object {
  return { type: 'error', error: { type: type ?? types[status] ?? 'api_error', message } };
}
