/** `PUT /bundle?head=<commit>`: the finished branch goes to the desk as a stream and is never held in memory. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, refuse } from './answer.ts';
import type { RunDesk } from './desk.ts';

/** `head` is the agent's word; only its form is checked here. */
export async function takeBundle(
  run: string,
  head: string | null,
  req: IncomingMessage,
  res: ServerResponse,
  desk: RunDesk,
  idleMs: number,
): Promise<void> {
  if (head === null || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(head)) {
    return refuse(req, res, { status: 400, reason: 'PUT /bundle needs head=<the full commit id>.' });
  }
  const giveUp = (): void => {
    // Bytes that wait here are the desk's delay, not the shim's.
    if (req.complete || req.readableLength > 0) req.socket.setTimeout(idleMs);
    else req.destroy(new Error(`no byte of the bundle came within ${idleMs} ms`));
  };
  req.setTimeout(idleMs, giveUp);
  req.once('end', () => req.socket.setTimeout(0));
  const answer = await desk.bundle(run, head, req);
  if (answer.kind === 'refused') return refuse(req, res, answer);
  answerJson(res, 200, { bytes: answer.bytes });
}
