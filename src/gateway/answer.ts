/** Answers on a run's socket: JSON, one sentence per refusal, and a closed connection where the rest is not wanted. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Refusal = { status: number; reason: string };

export function answerJson(res: ServerResponse, status: number, body: unknown): void {
  if (res.headersSent || res.destroyed) return;
  const text = `${JSON.stringify(body)}\n`;
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

/** Says why not. What the other side still sends is not read: the connection closes once the answer is out. */
export function refuse(req: IncomingMessage, res: ServerResponse, refusal: Refusal): void {
  refuseWith(req, res, refusal.status, { error: refusal.reason });
}

/** The same with a body in another shape. */
export function refuseWith(req: IncomingMessage, res: ServerResponse, status: number, body: unknown): void {
  if (!req.complete) {
    res.setHeader('connection', 'close');
    res.once('finish', () => req.socket.destroySoon());
  }
  answerJson(res, status, body);
}
