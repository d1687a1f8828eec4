/** `/prlt start`: asks for work on the item at hand. */
import type { Command } from './command.ts';

export const start: Command = {
  shape: {
    group: 'work',
    verb: 'start',
    usage: '/prlt start',
    summary: 'Start an agent on this issue, as the label would.',
    permission: 'write',
    args: [],
    options: [],
  },
  perform: async (call) => {
    if (call.onForeignPull) {
      return {
        type: 'reply_asked',
        origin: call.origin,
        ordinal: call.ordinal,
        reply: {
          kind: 'command_error',
          code: 'ITEM_INVALID',
          sentence: 'This pull request was not opened by prlt, so there is nothing to start here.',
          usage: 'Give the command on an issue: /prlt start',
        },
      };
    }
    const { notes, failure } = await call.preflight();
    const snapshot = await call.snapshot();
    return {
      type: 'item_requested',
      by: call.by,
      via: 'command',
      origin: call.origin,
      ordinal: call.ordinal,
      snapshot,
      notes,
      ...(failure ? { failure } : {}),
    };
  },
};
