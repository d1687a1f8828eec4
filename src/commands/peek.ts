/** `/prlt peek`: answers with what the agent did last. */
import type { Command } from './command.ts';

export const peek: Command = {
  shape: {
    group: 'session',
    verb: 'peek',
    usage: '/prlt peek [--prompt]',
    summary: 'Show what the agent did last, or with `--prompt` what it was told.',
    permission: 'write',
    args: [],
    options: [{ name: 'prompt', kind: 'flag' }],
  },
  perform: async ({ origin, ordinal, options }) => ({
    type: 'reply_asked',
    origin,
    ordinal,
    reply: { kind: 'peek', ...(options['prompt'] === true ? { prompt: true } : {}) },
  }),
};
