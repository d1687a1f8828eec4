/** `/prlt status`: answers with where the item stands. */
import type { Command } from './command.ts';

export const status: Command = {
  shape: {
    group: 'work',
    verb: 'status',
    usage: '/prlt status',
    summary: 'Say where this item stands.',
    permission: 'write',
    args: [],
    options: [],
  },
  perform: async ({ origin, ordinal }) => ({
    type: 'reply_asked',
    origin,
    ordinal,
    reply: { kind: 'status' },
  }),
};
