/** Counts what a call used while its answer passes; where the answer does not tell, bytes are reckoned, on the dear side. */
import type { Usage } from '../desk.ts';
import type { Form } from './endpoints.ts';
import { createEventScan, geminiMarks, usualMarks } from './event-scan.ts';
import { moreOf, type Told, toldIn } from './told-usage.ts';

export interface Meter {
  /** After the chunk was passed on. */
  feed(chunk: Buffer): void;
  /** Once, when nothing more comes. */
  end(): Metered;
}

export interface Metered {
  usage: Usage;
  estimated: boolean;
  errorType?: string;
  /** The answer's last word was heard. */
  ended: boolean;
}

export interface MeteredCall {
  form: Form;
  status: number;
  /** An event stream, as against one JSON object. */
  streamed: boolean;
  /** Bytes of the request. */
  asked: number;
  mostOutput?: number;
}

/** Kept of an answer that is one JSON object, bytes; a larger one is reckoned. */
const largestAnswer = 8 * 2 ** 20;
/** Bytes per token. In text about four; an event with a token or a few in it has so many at the least, but Gemini's hold many. */
const perToken = { text: 4, event: { messages: 20, responses: 64, chat: 64, gemini: 4 } } as const;

const nothing: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export function createMeter(call: MeteredCall): Meter {
  const { form, status, streamed } = call;
  let bytes = 0;
  let usage: Usage | undefined;
  let final = false;
  let ended = false;
  let errorType: string | undefined;
  let whole: Buffer[] | undefined = streamed ? undefined : [];

  const hear = (told: Told): void => {
    if (told.usage) usage = moreOf(told.usage, usage);
    final ||= told.final ?? false;
    ended ||= told.ended ?? false;
    errorType ??= told.errorType;
  };
  const scan = streamed
    ? createEventScan(
        (value) => hear(toldIn(form, value, true)),
        form === 'gemini' ? geminiMarks : usualMarks,
      )
    : undefined;

  return {
    feed: (chunk) => {
      bytes += chunk.length;
      if (scan) return scan.feed(chunk);
      if (bytes > largestAnswer) whole = undefined;
      whole?.push(chunk);
    },
    end: () => {
      scan?.end();
      if (whole) hear(toldIn(form, parsed(Buffer.concat(whole)), false));
      const rest = { ended, ...(errorType === undefined ? {} : { errorType }) };
      // An answer that is an error costs nothing.
      if (status < 200 || status >= 300) return { usage: nothing, estimated: false, ...rest };
      if (final && usage) return { usage, estimated: false, ...rest };
      const reckoned = Math.ceil(bytes / (streamed ? perToken.event[form] : perToken.text));
      const output = Math.max(usage?.output ?? 0, Math.min(reckoned, call.mostOutput ?? Infinity));
      return { usage: { ...(usage ?? inputOf(call.asked)), output }, estimated: true, ...rest };
    },
  };
}

/** For a call that was given up before its answer began: what was sent is paid for. */
export function unanswered(asked: number): Usage {
  return inputOf(asked);
}

function inputOf(asked: number): Usage {
  return { ...nothing, input: Math.ceil(asked / perToken.text) };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
