/** Keeps an event within what the host takes as one line, and stands in for one that the host refused. Pure. */
import type { ShimEventBody, Verdict } from './protocol.ts';

/** Bytes of a line as JSON; the host takes 1 MiB. */
const mostBytes = 512 * 1024;
const longestText = 4_000;
const mostLines = 20;

/** The event itself when it is small enough; else a last word without its result, and a note in place of anything else. */
export function fitted(body: ShimEventBody): ShimEventBody {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes <= mostBytes) return body;
  if (body.type === 'finished') return { ...body, verdict: shortened(body.verdict) };
  return { type: 'note', text: `An event of the type ${body.type} with ${bytes} bytes was left out.` };
}

/**
 * What is sent under the number of an event that the host will never take. A last word stays one, so that the run ends
 * by name: the work it spoke of cannot be trusted to be understood.
 */
export function standIn(body: ShimEventBody, reason: string): ShimEventBody {
  const error = `the host refused an event of the type ${body.type}: ${reason.trim().slice(0, 500)}`;
  if (body.type !== 'finished') return { type: 'note', text: error };
  const nothing = { head: '', changed: false, commits: 0 };
  return { ...body, verdict: { outcome: 'failed', cause: 'protocol', error, ...nothing } };
}

function shortened({ result: _, ...verdict }: Verdict): Verdict {
  const { error, lastLines } = verdict;
  return {
    ...verdict,
    ...(error !== undefined && { error: error.slice(0, longestText) }),
    ...(lastLines !== undefined && {
      lastLines: lastLines.slice(-mostLines).map((line) => line.slice(0, longestText)),
    }),
  };
}
