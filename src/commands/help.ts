/** `/prlt help`: answers with the commands there are. */
import type { Command } from './command.ts';

export const help: Command = {
  shape: {
    group: 'help',
    verb: 'help',
    usage: '/prlt help',
    summary: 'List the commands.',
    permission: 'write',
    args: [],
    options: [],
  },
  perform: async ({ origin, ordinal }) => ({ type: 'reply_asked', origin, ordinal, reply: { kind: 'help' } }),
};
