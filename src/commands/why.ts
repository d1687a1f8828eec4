/** `/prlt why`: answers why the item does or does not move. */
import type { Command } from './command.ts';

export const why: Command = {
  shape: {
    group: 'work',
    verb: 'why',
    usage: '/prlt why',
    summary: 'Say why this item waits, or what it is doing.',
    permission: 'write',
    args: [],
    options: [],
  },
  perform: async ({ origin, ordinal }) => ({ type: 'reply_asked', origin, ordinal, reply: { kind: 'why' } }),
};
