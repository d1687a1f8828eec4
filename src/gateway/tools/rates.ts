/** How often one run may use its tools: a minute that slides, per tool and for all together. */
import { callsPerMinute, type ToolName, tools } from '#runners/tools/definitions.ts';

const minute = 60_000;

/** Counts a call and says undefined, or does not and says why not. */
export type Rates = (tool: ToolName) => string | undefined;

/** @param now milliseconds of any clock that only goes forward */
export function createRates(now: () => number): Rates {
  const calls: { tool: ToolName; at: number }[] = [];
  return (tool) => {
    const time = now();
    while (calls[0] !== undefined && calls[0].at <= time - minute) calls.shift();
    const of = calls.filter((call) => call.tool === tool);
    const most = tools[tool].perMinute;
    const first = of.length >= most ? of[0] : calls.length >= callsPerMinute ? calls[0] : undefined;
    if (first === undefined) {
      calls.push({ tool, at: time });
      return undefined;
    }
    const what =
      of.length >= most ? `${most} calls of ${tool}` : `${callsPerMinute} calls of all tools together`;
    const wait = Math.max(1, Math.ceil((first.at + minute - time) / 1000));
    return `Nothing was recorded: at most ${what} a minute. Go on with your work and try again in ${wait} s.`;
  };
}
