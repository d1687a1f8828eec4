/**
 * Finds the few events of a stream that are about usage, errors or the end. The others, nearly all, are skipped without
 * being decoded or copied: a stream is looked at while it passes, at the speed of a search in memory.
 */

/**
 * As they stand in JSON that is an event's; within its texts a quotation mark has a backslash before it, so what a model
 * says cannot look like this. Whether it is at the right place in the object is for the reader of the whole event to see.
 */
export const usualMarks = ['usage"', 'error"', 'message_stop"'].map((text) => Buffer.from(text));
/** There every event tells the usage so far, and few make an answer. */
export const geminiMarks = ['usageMetadata"', 'error"', 'finishReason"'].map((text) => Buffer.from(text));
const longestLine = 16 * 2 ** 20;
const newline = 10;
const quote = 34;

export interface EventScan {
  feed(chunk: Buffer): void;
  /** What the last line has, when no newline followed it. */
  end(): void;
}

/** @param found gets each JSON object of a `data:` line that has a mark (WHATWG HTML §9.2, one line per event) */
export function createEventScan(found: (value: unknown) => void, marks = usualMarks): EventScan {
  let held: Buffer[] = [];
  let heldBytes = 0;

  const line = (bytes: Buffer): void => {
    const text = bytes.toString('utf8').trim();
    if (!text.startsWith('data:')) return;
    try {
      found(JSON.parse(text.slice(5)));
    } catch {
      // Not JSON, so it says nothing about usage.
    }
  };
  const closeHeld = (rest: Buffer): void => {
    const whole = Buffer.concat([...held, rest]);
    held = [];
    heldBytes = 0;
    if (isMarked(marks, whole)) line(whole);
  };

  return {
    feed: (chunk) => {
      let start = 0;
      if (heldBytes > 0) {
        const end = chunk.indexOf(newline);
        if (end !== -1) {
          closeHeld(chunk.subarray(0, end));
          start = end + 1;
        }
      }
      const last = chunk.lastIndexOf(newline);
      if (last >= start) for (const marked of markedLines(marks, chunk.subarray(start, last))) line(marked);
      const tail = chunk.subarray(Math.max(start, last + 1));
      if (tail.length === 0) return;
      // A line without end is no event; what follows its newline is looked at again.
      if (heldBytes + tail.length > longestLine) held = [];
      // A copy: a small rest would keep the whole chunk.
      held.push(tail.length < chunk.length ? Buffer.from(tail) : tail);
      heldBytes += tail.length;
    },
    end: () => {
      if (heldBytes > 0) closeHeld(Buffer.alloc(0));
    },
  };
}

function isMarked(marks: Buffer[], bytes: Buffer): boolean {
  return marks.some((mark) => nextMark(bytes, mark, 0) !== -1);
}

function* markedLines(marks: Buffer[], bytes: Buffer): Iterable<Buffer> {
  const starts = new Set<number>();
  for (const mark of marks) {
    for (let at = nextMark(bytes, mark, 0); at !== -1; ) {
      const end = bytes.indexOf(newline, at);
      starts.add(bytes.lastIndexOf(newline, at) + 1);
      at = end === -1 ? -1 : nextMark(bytes, mark, end);
    }
  }
  for (const start of [...starts].toSorted((a, b) => a - b)) {
    const end = bytes.indexOf(newline, start);
    yield bytes.subarray(start, end === -1 ? bytes.length : end);
  }
}

/** Only with its opening quotation mark, and not where the value is `null`, as in every chunk of some vendors. */
function nextMark(bytes: Buffer, mark: Buffer, from: number): number {
  for (let at = bytes.indexOf(mark, from); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    if (bytes[at - 1] !== quote) continue;
    const value = bytes.toString('latin1', at + mark.length, at + mark.length + 8);
    if (!/^\s*:\s*null/.test(value)) return at;
  }
  return -1;
}
