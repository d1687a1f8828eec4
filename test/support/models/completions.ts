/** Chat completions as the stub speaks them: https://platform.openai.com/docs/api-reference/chat-streaming */
import { type Answer, pieces } from './answer.ts';
import { type ModelCall, type Step, type ToolUse, usageOf } from './step.ts';

export function completionsAnswer(call: ModelCall, step: Step, tool: ToolUse | undefined): Answer {
  const spent = usageOf(step);
  const prompt = spent.input + spent.cacheRead + spent.cacheWrite;
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: spent.output,
    total_tokens: prompt + spent.output,
    prompt_tokens_details: { cached_tokens: spent.cacheRead },
  };
  const said = 'say' in step ? step.say : 'refuse' in step ? step.refuse : undefined;
  const finish = tool ? 'tool_calls' : 'refuse' in step ? 'content_filter' : 'stop';
  const base = { id: `chatcmpl-stub${call.number}`, created: Math.floor(call.at / 1000), model: call.model };
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...base,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  const toolCall = tool && {
    id: `call_stub${call.number}`,
    type: 'function',
    function: { name: tool.name, arguments: JSON.stringify(tool.input) },
  };
  const wantsUsage = (call.body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage;
  const events = [
    chunk({ role: 'assistant', content: '' }),
    ...pieces(said ?? '').map((content) => chunk({ content })),
    ...(toolCall ? [chunk({ tool_calls: [{ index: 0, ...toolCall }] })] : []),
    chunk({}, finish),
    ...(wantsUsage ? [{ ...base, object: 'chat.completion.chunk', choices: [], usage }] : []),
  ].map((body) => `data: ${JSON.stringify(body)}\n\n`);
  return {
    events: [...events, 'data: [DONE]\n\n'],
    whole: {
      ...base,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          finish_reason: finish,
          message: {
            role: 'assistant',
            content: said ?? null,
            ...(toolCall && { tool_calls: [toolCall] }),
          },
        },
      ],
      usage,
    },
  };
}
