/** `/prlt peek`: answers with what the agent did last. */
import type { Command } from './command.ts';

export const peek: Command = {
  shape: {
    group: 'session',
    verb: 'peek',
    usage: '/prlt peek',
    summary: 'Show what the agent did last.',
    permission: 'write',
    args: [],
    options: [],
  },
  perform: async ({ origin, ordinal }) => ({ type: 'reply_asked', origin, ordinal, reply: { kind: 'peek' } }),
};
