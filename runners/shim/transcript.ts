/** Turns what the agent says into message events: gathered for a moment, cut to size, and capped over the whole run. */
import type { ShimEventBody } from './protocol.ts';

export type Stream = 'stdout' | 'stderr' | 'thought';

export interface Transcript {
  /** Text as it comes, in any pieces. Concatenating the events' texts of a stream gives it back, up to the limits. */
  say(text: string, stream?: Stream): void;
  /** Any other event that the agent causes; its size counts as output. */
  tell(event: ShimEventBody): void;
  /** Sends what is gathered. */
  flush(): void;
  /** The last lines said, at most 20. */
  lastLines(): string[];
  /** Bytes left out so far because the output limit was reached. */
  readonly dropped: number;
}

interface Gathered {
  text: string;
  /** Bytes of the unfinished line so far. */
  line: number;
  truncated: number;
}

const pieceLength = 2048;
const flushAfter = 250;
const keptLines = 20;

/** `limits` in bytes; `emit` writes an event to the journal. */
export function createTranscript(
  limits: { lineBytes: number; outputBytes: number },
  emit: (event: ShimEventBody) => void,
): Transcript {
  const gathered = new Map<Stream | undefined, Gathered>();
  let timer: NodeJS.Timeout | undefined;
  let said = 0;
  let dropped = 0;
  let tail = '';

  function spend(bytes: number): boolean {
    if (said + bytes <= limits.outputBytes) {
      said += bytes;
      return true;
    }
    if (dropped === 0) {
      emit({
        type: 'note',
        text: `The output limit of ${limits.outputBytes} bytes is reached: what follows is not kept.`,
      });
    }
    said = limits.outputBytes;
    dropped += bytes;
    return false;
  }

  function send(stream: Stream | undefined, text: string, truncated: number): void {
    if (text === '' && truncated === 0) return;
    if (!spend(Buffer.byteLength(text))) return;
    emit({ type: 'message', text, ...(stream && { stream }), ...(truncated > 0 && { truncated }) });
  }

  function drain(stream: Stream | undefined, gatheredHere: Gathered, all: boolean): void {
    while (gatheredHere.text.length >= pieceLength || (all && gatheredHere.text !== '')) {
      const length = pieceEnd(gatheredHere.text);
      const piece = gatheredHere.text.slice(0, length);
      gatheredHere.text = gatheredHere.text.slice(length);
      send(stream, piece, gatheredHere.text === '' ? gatheredHere.truncated : 0);
      if (gatheredHere.text === '') gatheredHere.truncated = 0;
    }
    if (all && gatheredHere.truncated > 0) {
      send(stream, '', gatheredHere.truncated);
      gatheredHere.truncated = 0;
    }
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const [stream, gatheredHere] of gathered) drain(stream, gatheredHere, true);
  }

  return {
    say(text, stream) {
      tail = (tail + text).slice(-16_384);
      if (said >= limits.outputBytes) {
        spend(Buffer.byteLength(text));
        return;
      }
      for (const [other, its] of gathered) if (other !== stream) drain(other, its, true);
      const here = gathered.get(stream) ?? { text: '', line: 0, truncated: 0 };
      gathered.set(stream, here);
      addLines(here, text, limits.lineBytes);
      drain(stream, here, false);
      timer ??= setTimeout(flush, flushAfter);
    },
    tell(event) {
      flush();
      if (spend(Buffer.byteLength(JSON.stringify(event)))) emit(event);
    },
    flush,
    lastLines: () =>
      tail
        .split('\n')
        .map((line) => line.trimEnd())
        .filter((line) => line !== '')
        .slice(-keptLines)
        .map((line) => line.slice(-500)),
    get dropped() {
      return dropped;
    },
  };
}

/** Adds text, leaving out what goes past `lineBytes` in any one line. */
function addLines(to: Gathered, text: string, lineBytes: number): void {
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const end = newline === -1 ? text.length : newline;
    const part = text.slice(from, end);
    const bytes = Buffer.byteLength(part);
    const room = Math.max(0, lineBytes - to.line);
    const kept =
      bytes <= room
        ? part
        : Buffer.from(part)
            .subarray(0, room)
            .toString('utf8')
            .replace(/\uFFFD$/, '');
    to.text += kept;
    to.truncated += bytes - Buffer.byteLength(kept);
    to.line += bytes;
    if (newline !== -1) {
      to.text += '\n';
      to.line = 0;
    }
    from = end + 1;
  }
}

/** Length of the next piece: whole lines where they fit, never half a surrogate pair. */
function pieceEnd(text: string): number {
  if (text.length <= pieceLength) return text.length;
  const newline = text.lastIndexOf('\n', pieceLength - 1);
  if (newline > 0) return newline + 1;
  const code = text.charCodeAt(pieceLength - 1);
  return code >= 0xd800 && code < 0xdc00 ? pieceLength - 1 : pieceLength;
}
