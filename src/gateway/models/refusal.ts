/** A call that is not passed on, said in the shape in which the vendors say errors, so that CLIs show the sentence. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseWith } from '../answer.ts';

export interface CallRefusal {
  status: number;
  /** Name of the error, such as `permission_error`. */
  type: string;
  reason: string;
  /** Trying again may help. */
  again?: boolean;
}

export function refuseCall(req: IncomingMessage, res: ServerResponse, refusal: CallRefusal): void {
  const { status, type, reason, again = false } = refusal;
  // Both vendors' clients read it (`x-should-retry` in their SDKs).
  if (!res.headersSent) res.setHeader('x-should-retry', String(again));
  refuseWith(req, res, status, { type: 'error', error: { type, code: type, message: reason } });
}
