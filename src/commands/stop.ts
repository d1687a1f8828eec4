/** `/prlt stop`: ends the run and takes the request back. */
import type { Command } from './command.ts';

export const stop: Command = {
  shape: {
    group: 'work',
    verb: 'stop',
    usage: '/prlt stop',
    summary: 'Stop the agent and take the request back.',
    permission: 'write',
    args: [],
    options: [],
  },
  perform: async ({ by, origin, ordinal }) => ({ type: 'stop_asked', by, origin, ordinal }),
};
