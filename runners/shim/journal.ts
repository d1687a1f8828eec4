/** Every event on disk before it is sent; what the host acknowledged is let go of. */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fitted } from './event-size.ts';
import type { ShimEvent, ShimEventBody } from './protocol.ts';

export interface Journal {
  /** Writes the event, cut to what one line may be, and returns its sequence number. */
  append(body: ShimEventBody): number;
  /** Unacknowledged lines from the oldest on, whole, about `maxBytes` of them but at least one, with their numbers. */
  pending(maxBytes: number): { lines: string; first: number; last: number } | undefined;
  /** The host has everything up to `seq` on disk. A higher number than any written moves the count on. */
  acknowledge(seq: number): void;
  /** Takes back the newest event, which the host did not accept; its number is used again. */
  withdraw(seq: number): void;
  /** Puts another event in place of one that is not acknowledged, under the same number. */
  replace(seq: number, change: (event: ShimEvent) => ShimEventBody): void;
  /** Number of the newest event, 0 when there is none. */
  readonly last: number;
  /** Type of the newest event when it is not acknowledged. */
  readonly lastPending: ShimEventBody['type'] | undefined;
  /** Called after each append. */
  onAppend: () => void;
  close(): void;
}

interface Entry {
  seq: number;
  offset: number;
  length: number;
  type: ShimEventBody['type'];
  /** Only when the disk took no more: the line itself. */
  line?: Buffer;
}

/** Opens or continues the journal in `directory`; `limit` is the size in bytes at which message bodies are let go of. */
export function openJournal(directory: string, limit: number, now: () => Date): Journal {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'journal.ndjson');
  const ackPath = join(directory, 'acknowledged');
  let acknowledged = existsSync(ackPath) ? Number(readFileSync(ackPath, 'utf8')) || 0 : 0;
  const found = recover(path, acknowledged);
  let entries = found.entries;
  let size = found.size;
  let last = Math.max(acknowledged, entries.at(-1)?.seq ?? 0);
  let compactAt = limit;
  let file = openSync(path, 'a+');
  ftruncateSync(file, size);

  function write(entry: Entry, line: Buffer): void {
    try {
      if (writeSync(file, line) !== line.length) throw new Error('the disk took part of a line');
    } catch {
      // A full disk must not stop the run: the line waits in memory, whatever was written of it is cut off.
      entry.line = line;
      ftruncateSync(file, size);
      return;
    }
    size += line.length;
  }

  function lineOf(entry: Entry): Buffer {
    if (entry.line) return entry.line;
    const line = Buffer.alloc(entry.length);
    readSync(file, line, 0, entry.length, entry.offset);
    return line;
  }

  function rewrite(change: (line: Buffer, entry: Entry) => Buffer): void {
    const next = `${path}.next`;
    const target = openSync(next, 'w');
    let offset = 0;
    const kept = entries.map((entry) => {
      const line = change(lineOf(entry), entry);
      writeSync(target, line);
      offset += line.length;
      return { seq: entry.seq, type: entry.type, offset: offset - line.length, length: line.length };
    });
    closeSync(target);
    renameSync(next, path);
    closeSync(file);
    file = openSync(path, 'a+');
    entries = kept;
    size = offset;
  }

  const journal: Journal = {
    get last() {
      return last;
    },
    get lastPending() {
      return entries.at(-1)?.type;
    },
    onAppend: () => {},
    append(body) {
      last += 1;
      const event: ShimEvent = { seq: last, at: now().toISOString(), ...fitted(body) };
      const line = encode(event);
      const entry: Entry = { seq: last, offset: size, length: line.length, type: event.type };
      write(entry, line);
      entries.push(entry);
      const seq = last;
      if (size > compactAt) {
        const before = size;
        rewrite(withoutBody);
        compactAt = Math.max(limit, size * 2);
        if (before - size > 1024) {
          journal.append({
            type: 'note',
            text: `The host was away: ${before - size} bytes of messages were let go of.`,
          });
        }
      }
      journal.onAppend();
      return seq;
    },
    pending(maxBytes) {
      const lines: Buffer[] = [];
      let bytes = 0;
      let upTo = 0;
      for (const entry of entries) {
        if (bytes > 0 && bytes + entry.length > maxBytes) break;
        lines.push(lineOf(entry));
        bytes += entry.length;
        upTo = entry.seq;
      }
      const first = entries[0]?.seq;
      if (first === undefined) return undefined;
      return { lines: Buffer.concat(lines).toString('utf8'), first, last: upTo };
    },
    acknowledge(seq) {
      if (seq <= acknowledged) return;
      acknowledged = seq;
      writeFileSync(`${ackPath}.next`, String(seq));
      renameSync(`${ackPath}.next`, ackPath);
      const first = entries.findIndex((entry) => entry.seq > seq);
      entries = first === -1 ? [] : entries.slice(first);
      last = Math.max(last, seq);
      if (entries.length > 0) return;
      ftruncateSync(file, 0);
      size = 0;
      compactAt = limit;
    },
    withdraw(seq) {
      const newest = entries.at(-1);
      if (newest?.seq !== seq) return;
      entries.pop();
      if (!newest.line) {
        size = newest.offset;
        ftruncateSync(file, size);
      }
      last = seq - 1;
    },
    replace(seq, change) {
      const entry = entries.find((one) => one.seq === seq);
      if (!entry) return;
      const before = JSON.parse(lineOf(entry).toString('utf8')) as ShimEvent;
      const next: ShimEvent = { ...change(before), seq, at: before.at };
      entry.type = next.type;
      rewrite((line, each) => (each === entry ? encode(next) : line));
    },
    close() {
      closeSync(file);
    },
  };
  return journal;
}

/** Reads what an earlier shim left; a last line cut short by a kill is dropped. */
function recover(path: string, acknowledged: number): { entries: Entry[]; size: number } {
  if (!existsSync(path)) return { entries: [], size: 0 };
  const bytes = readFileSync(path);
  const entries: Entry[] = [];
  let offset = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, offset)) {
    const event = JSON.parse(bytes.toString('utf8', offset, end)) as ShimEvent;
    if (event.seq > acknowledged) {
      entries.push({ seq: event.seq, offset, length: end + 1 - offset, type: event.type });
    }
    offset = end + 1;
  }
  return { entries, size: offset };
}

/** The same event with its text left out and counted; what is not a message stays as it is. */
function withoutBody(line: Buffer, entry: Entry): Buffer {
  if (entry.type !== 'message') return line;
  const event = JSON.parse(line.toString('utf8')) as Extract<ShimEvent, { type: 'message' }>;
  const truncated = (event.truncated ?? 0) + Buffer.byteLength(event.text);
  return encode({ ...event, text: '', truncated });
}

function encode(event: ShimEvent): Buffer {
  return Buffer.from(`${JSON.stringify(event)}\n`);
}
