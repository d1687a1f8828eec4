/** Puts a poke where the run's shim reads it; a run that ended meanwhile is said, not ignored. */
import { pokeSource } from '../../core/item.ts';
import { buildPoke } from '../../core/prompt/build-prompt.ts';
import { addMessage, runById } from '../../store/runs.ts';
import { messagesFor } from '../desk.ts';
import type { Executor } from '../executor.ts';

export const sendMessage: Executor<'send-message'> = async ({ db, bell }, { effect }) => {
  const { run, origin, ordinal, text, from } = effect;
  const delivered = await db.transaction().execute(async (tx) => {
    const row = await runById(tx, run);
    if (row?.state !== 'live') return false;
    await addMessage(tx, run, pokeSource(run, { origin, ordinal }), {
      type: 'poke',
      text: buildPoke({ by: from, text }).text,
      from,
    });
    return true;
  });
  bell.ring(messagesFor(run));
  if (delivered) return { kind: 'done' };
  return {
    kind: 'done',
    events: [{ type: 'reply_asked', origin, ordinal, reply: { kind: 'nothing_running', asked: 'poke' } }],
  };
};
