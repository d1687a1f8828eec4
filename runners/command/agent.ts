/** An ACP agent that answers each prompt by running one command line; the container's entry for the `command` runner. */
import { randomUUID } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import {
  agent,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  RequestError,
} from '@agentclientprotocol/sdk/unstable';
import { type RunningCommand, startCommand } from './command.ts';
import { readCommand } from './command-line.ts';
import { writePrompt } from './prompt-file.ts';

const running = new Map<string, RunningCommand>();
const cancelled = new Set<string>();
const places = new Map<string, string>();

const app = agent({ name: 'prlt-command' })
  .onRequest(methods.agent.initialize, () => ({
    protocolVersion: PROTOCOL_VERSION,
    agentInfo: { name: 'prlt-command', version: '1' },
    agentCapabilities: { sessionCapabilities: { resume: {} } },
    authMethods: [],
  }))
  .onRequest(methods.agent.session.new, ({ params }) => {
    const sessionId = randomUUID();
    places.set(sessionId, params.cwd);
    return { sessionId };
  })
  // Nothing is remembered between prompts but the checkout, so any session can be gone on with.
  .onRequest(methods.agent.session.resume, ({ params }) => {
    places.set(params.sessionId, params.cwd);
    return {};
  })
  .onNotification(methods.agent.session.cancel, async ({ params }) => {
    cancelled.add(params.sessionId);
    await running.get(params.sessionId)?.kill();
  })
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const { sessionId } = params;
    const cwd = places.get(sessionId);
    if (cwd === undefined) throw RequestError.invalidParams(undefined, `no session ${sessionId}`);
    if (running.has(sessionId)) throw RequestError.invalidRequest(undefined, 'a prompt is running already');
    cancelled.delete(sessionId);
    const prompt = await writePrompt(params, process.env);
    const command = startCommand(
      readCommand(process.env),
      cwd,
      { ...process.env, ...prompt.env },
      (text, stream) =>
        client.notify(methods.client.session.update, {
          sessionId,
          update: {
            sessionUpdate: 'agent_message_chunk',
            content: { type: 'text', text },
            _meta: { prlt: { stream } },
          },
        }),
    );
    running.set(sessionId, command);
    try {
      const end = await command.ended;
      if (cancelled.has(sessionId)) return { stopReason: 'cancelled' };
      return { stopReason: 'end_turn', _meta: { prlt: end } };
    } finally {
      running.delete(sessionId);
    }
  });

const connection = app.connect(
  ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>),
);
await connection.closed;
await Promise.all([...running.values()].map((command) => command.kill()));
process.exit(0);
