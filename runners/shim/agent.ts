/** The conversation with an agent's process, in ACP. Loading this file takes longer than all the rest of the shim. */
import { Readable, Writable } from 'node:stream';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import {
  type ClientContext,
  client,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
} from '@agentclientprotocol/sdk/unstable';
import type { AgentProcess } from './agent-process.ts';
import type { AcpSettings, Prompt } from './protocol.ts';
import { openSession, type Session } from './session.ts';
import type { Transcript } from './transcript.ts';
import { readTurn, type TurnEnd } from './turn.ts';
import { answerPermission, createUpdateReader } from './updates.ts';

export interface Agent {
  readonly session: Session;
  /** One turn. Never rejects: an agent that fails or dies is an answer too. */
  prompt(prompt: Prompt): Promise<TurnEnd>;
  /** Puts text into the running turn; false when the agent cannot or no turn runs. */
  steer(text: string): Promise<boolean>;
  /** Asks the agent to end its turn. */
  cancel(): Promise<void>;
  /** Closes its input and waits up to `grace` ms for it to end by itself. */
  close(grace: number): Promise<void>;
}

export interface AgentStart {
  process: AgentProcess;
  /** The checkout; it exists as a directory, `ready` resolves when it is complete. */
  cwd: string;
  ready: Promise<unknown>;
  acp: AcpSettings;
  /** A session of an earlier life of this agent to go on with. */
  earlier: string | undefined;
  mcpUrl: string;
  transcript: Transcript;
}

const steeringMethod = '_session/steering';

/** Opens the session; rejects with `AgentFailed`. The checkout is made meanwhile. */
export async function startAgent(start: AgentStart): Promise<Agent> {
  const { child, ended } = start.process;
  let listening = false;
  const readUpdate = createUpdateReader(start.transcript);
  const connection = client({ name: 'prlt' })
    .onNotification(methods.client.session.update, ({ params }) => {
      // What a loaded session replays was said in an earlier life.
      if (listening) readUpdate(params.update);
    })
    .onRequest(methods.client.session.requestPermission, ({ params }) =>
      answerPermission(params, start.transcript),
    )
    .connect(
      ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>),
    );
  const peer: ClientContext = connection.agent;

  const begun = await begin(peer, start).catch(async (error: unknown) => {
    await Promise.race([ended, sleep(200)]);
    child.kill('SIGKILL');
    throw start.process.failure(error);
  });
  let running = false;

  return {
    session: begun.session,
    async prompt(prompt) {
      listening = true;
      running = true;
      try {
        const answer = await peer.request(methods.agent.session.prompt, {
          sessionId: begun.session.id,
          prompt: [{ type: 'text', text: prompt.text }],
          _meta: { prlt: { number: prompt.number, kind: prompt.kind } },
        });
        return readTurn(answer);
      } catch (error) {
        if (!connection.signal.aborted) return turnError(error);
        const { code, signal, said } = await ended;
        return { kind: 'exited', ...(code !== null && { code }), ...(signal && { signal }), said };
      } finally {
        running = false;
        // Updates sent before the answer are read by now, but handled a moment later.
        await setImmediate();
        start.transcript.flush();
      }
    },
    async steer(text) {
      if (!running || !begun.steering) return false;
      const answer = await peer
        .request<{ outcome?: string }>(steeringMethod, {
          sessionId: begun.session.id,
          prompt: [{ type: 'text', text }],
          _meta: { steering: { idleBehavior: 'promptRequired' } },
        })
        .catch(() => ({ outcome: 'promptRequired' }));
      return answer?.outcome === 'injected';
    },
    async cancel() {
      await peer.notify(methods.agent.session.cancel, { sessionId: begun.session.id }).catch(() => {});
    },
    async close(grace) {
      child.stdin.end();
      await Promise.race([ended, sleep(grace, undefined, { ref: false })]);
      child.kill('SIGTERM');
    },
  };
}

async function begin(
  peer: ClientContext,
  start: AgentStart,
): Promise<{ session: Session; steering: boolean }> {
  const about = await peer.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientInfo: { name: 'prlt', version: '1' },
    clientCapabilities: {
      // Makes claude and codex say why a turn failed instead of ending it as if it were well (ACP.md §4).
      _meta: { jetbrains: { air: { version: 1, capabilities: ['sessionFailure'] } } },
    },
  });
  await start.ready;
  const session = await openSession(peer, about, start);
  const steering = (about._meta?.['steering'] as { supported?: unknown } | undefined)?.supported;
  return { session, steering: start.acp.steering && steering !== false };
}

function turnError(error: unknown): TurnEnd {
  const code = (error as { code?: unknown } | null)?.code;
  return { kind: 'error', error: errorText(error), ...(typeof code === 'number' && { code }) };
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const data = (error as { data?: unknown }).data;
  const more = data === undefined || data === null ? '' : ` (${JSON.stringify(data).slice(0, 500)})`;
  return `${error.message}${more}`;
}
