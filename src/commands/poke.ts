/** `/prlt poke "…"`: says something to the agent while it works. */
import type { Command } from './command.ts';

export const poke: Command = {
  shape: {
    group: 'session',
    verb: 'poke',
    usage: '/prlt poke "what the agent should know"',
    summary: 'Say something to the agent while it works.',
    permission: 'write',
    args: [{ name: 'text', required: true, rest: true }],
    options: [],
  },
  perform: async ({ by, origin, ordinal, args }) => ({
    type: 'poke_asked',
    by,
    origin,
    ordinal,
    text: args['text'] ?? '',
  }),
};
