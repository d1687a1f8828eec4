/** `/prlt retry`: asks again for an item that was tried before, and may raise what its models may cost. */
import type { BoardEvent } from '#src/core/event.ts';
import { dollarsOf } from '#src/core/money.ts';
import type { Call, Command } from './command.ts';
import { start } from './start.ts';

const usage = '/prlt retry [--spend <dollars>]';

export const retry: Command = {
  shape: {
    group: 'work',
    verb: 'retry',
    usage,
    summary:
      'Try again with the text as it is now and all attempts anew; what was put aside goes on where it stopped. `--spend 5` is a fresh cap in US dollars for what follows.',
    permission: 'write',
    args: [],
    options: [{ name: 'spend', kind: 'value' }],
  },
  perform: async (call) => {
    const { origin, ordinal, askedBefore, options } = call;
    if (!askedBefore) return { type: 'reply_asked', origin, ordinal, reply: { kind: 'nothing_to_retry' } };
    const spend = readSpend(options['spend'], call.mostSpend);
    if (typeof spend === 'string') return refused(call, spend);
    const asked = await start.perform(call);
    return asked.type === 'item_requested' && spend !== undefined ? { ...asked, spend } : asked;
  },
};

/** Millionths of a US dollar, or what is wrong with what was written. */
function readSpend(written: string | boolean | undefined, most: number): number | string | undefined {
  if (written === undefined) return undefined;
  const amount = /^\$?(\d{1,6}(?:\.\d{1,2})?)$/.exec(String(written))?.[1];
  const spend = Math.round(Number(amount) * 1_000_000);
  if (amount === undefined || spend <= 0) return `--spend is an amount of US dollars such as 5 or 2.50.`;
  if (spend <= most) return spend;
  return `The operator of this service lets one run spend ${dollarsOf(most)} at most (PRLT_MAX_SPEND_RUN), so ${dollarsOf(spend)} was not taken.`;
}

function refused({ origin, ordinal }: Call, sentence: string): BoardEvent {
  const reply = { kind: 'command_error', code: 'USAGE', sentence, usage } as const;
  return { type: 'reply_asked', origin, ordinal, reply };
}
