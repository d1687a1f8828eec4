/** A `POST /events` body → events, or the one sentence that says which line cannot be taken. */
import type { ShimEvent } from '#runners/shim/protocol.ts';
import type { Refusal } from './answer.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { eventTypes, shimEvent } from './event-schema.ts';

export type Lines = { kind: 'events'; events: ShimEvent[] } | ({ kind: 'refused' } & Refusal);

/** All lines or none: a body with one bad line is refused whole. Empty lines are skipped; `lineBytes` without the newline. */
export function parseEventLines(body: Buffer, limits: { lineBytes: number; events: number }): Lines {
  const events: ShimEvent[] = [];
  let number = 0;
  for (let start = 0; start < body.length; ) {
    const newline = body.indexOf(0x0a, start);
    const end = newline === -1 ? body.length : newline;
    const bytes = body.subarray(start, end);
    start = end + 1;
    number += 1;
    if (bytes.length === 0) continue;
    if (bytes.length > limits.lineBytes) {
      return refused(413, `Line ${number} is larger than ${limits.lineBytes} bytes.`);
    }
    if (events.length === limits.events) return refused(413, `A body holds at most ${limits.events} events.`);
    const event = parseLine(bytes);
    if (typeof event === 'string') return refused(400, `Line ${number} ${event}`);
    const before = events.at(-1);
    if (before !== undefined && event.seq !== before.seq + 1) {
      return refused(
        400,
        `Line ${number} has seq ${event.seq} after seq ${before.seq}; each event's seq is one more.`,
      );
    }
    events.push(event);
  }
  return events.length === 0 ? refused(400, 'The body holds no event.') : { kind: 'events', events };
}

function parseLine(bytes: Buffer): ShimEvent | string {
  let value: unknown;
  try {
    value = parseBoundedJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'is not JSON in UTF-8.';
  }
  const parsed = shimEvent.safeParse(value);
  if (parsed.success) return parsed.data;
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type === 'string' && !eventTypes.has(type)) {
    return `is of the type ${JSON.stringify(type.slice(0, 40))}, which this host does not know; shim and host are of different versions.`;
  }
  const issue = parsed.error.issues[0];
  return `is not an event: ${issue?.path.join('.') || 'the line'}: ${(issue?.message ?? 'invalid').slice(0, 200)}.`;
}

function refused(status: number, reason: string): Lines {
  return { kind: 'refused', status, reason };
}
