/** An ACP agent that does what a test needs: asks for permission, reports tools, takes steering, dies or refuses on demand. */
import { createInterface } from 'node:readline';

interface Message {
  id?: number;
  method?: string;
  params?: { prompt?: { text: string }[] };
  result?: unknown;
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
const update = (body: object) =>
  send({ method: 'session/update', params: { sessionId: 's1', update: body } });
const say = (text: string) =>
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
const answer = (id: number | undefined, result: object) => send({ id, result });
let turn: number | undefined;

function prompted(id: number | undefined, text: string): void {
  turn = id;
  switch (text) {
    case 'wait':
      say('waiting\n');
      break;
    case 'refuse':
      answer(id, { stopReason: 'refusal' });
      break;
    case 'provider':
      answer(id, {
        stopReason: 'end_turn',
        _meta: { jetbrains: { air: { sessionFailure: { severity: 'error', title: 'Out of credit' } } } },
      });
      break;
    case 'error':
      send({ id, error: { code: -32603, message: 'API Error: 400' } });
      break;
    default:
      update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'hm' } });
      update({
        sessionUpdate: 'tool_call',
        toolCallId: 't1',
        title: 'Edit x',
        kind: 'edit',
        status: 'pending',
      });
      update({ sessionUpdate: 'tool_call_update', toolCallId: 't1', status: 'completed' });
      update({ sessionUpdate: 'usage_update', used: 10, size: 100 });
      send({
        id: 900,
        method: 'session/request_permission',
        params: {
          sessionId: 's1',
          toolCall: { toolCallId: 't1', title: 'Run make' },
          options: [
            { optionId: 'no', name: 'No', kind: 'reject_once' },
            { optionId: 'once', name: 'Once', kind: 'allow_once' },
            { optionId: 'always', name: 'Always', kind: 'allow_always' },
          ],
        },
      });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, result } = JSON.parse(line) as Message;
  const text = params?.prompt?.[0]?.text ?? '';
  switch (method) {
    case 'initialize':
      answer(id, { protocolVersion: 1, agentCapabilities: {}, _meta: { steering: { supported: true } } });
      break;
    case 'session/new':
      update({
        sessionUpdate: 'agent_message_chunk',
        content: { type: 'text', text: 'from before any prompt' },
      });
      answer(id, { sessionId: 's1' });
      break;
    case 'session/set_mode':
    case 'session/set_config_option':
      process.stderr.write(`${method}\n`);
      answer(id, method === 'session/set_mode' ? {} : { configOptions: [] });
      break;
    case 'session/prompt':
      prompted(id, text);
      break;
    case '_session/steering':
      answer(id, { outcome: 'injected' });
      say(`steered: ${text}\n`);
      answer(turn, { stopReason: 'end_turn', usage: { totalTokens: 7, inputTokens: 3, outputTokens: 4 } });
      break;
    default:
      if (id === 900) {
        say(`permission ${JSON.stringify(result)}\n`);
        answer(turn, { stopReason: 'end_turn' });
      }
  }
}
