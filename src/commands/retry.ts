/** `/prlt retry`: asks again for an item that was tried before. */
import type { Command } from './command.ts';
import { start } from './start.ts';

export const retry: Command = {
  shape: {
    group: 'work',
    verb: 'retry',
    usage: '/prlt retry',
    summary: 'Try again, with the text as it is now and all attempts anew.',
    permission: 'write',
    args: [],
    options: [],
  },
  perform: async (call) => {
    if (call.askedBefore) return start.perform(call);
    const { origin, ordinal } = call;
    return { type: 'reply_asked', origin, ordinal, reply: { kind: 'nothing_to_retry' } };
  },
};
