/** An ACP agent that begins a session and then answers nothing, not even a cancel. */
import { createInterface } from 'node:readline';

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { id?: number; method: string };
  const results: Record<string, unknown> = {
    initialize: { protocolVersion: 1, agentCapabilities: {}, authMethods: [] },
    'session/new': { sessionId: 'deaf' },
  };
  const result = results[message.method];
  if (result) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n`);
}
setInterval(() => {}, 1000);
