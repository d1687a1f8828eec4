/** Work that was kept as a ref goes when its run is forgotten, as work that was kept as a file does. */
import { githubFailure } from '../github/failures.ts';
import { mintGitToken } from '../github/tokens.ts';
import { itemById } from '../store/items.ts';
import { keptWorkOf } from '../store/retention.ts';
import type { Context } from './context.ts';
import { gitUrl } from './repository-url.ts';

/** False when GitHub does not answer now: the run stays until it does. What may not be taken away is left to its owner. */
export async function dropKeptRef(context: Context, run: string): Promise<boolean> {
  const kept = await keptWorkOf(context.db, run);
  const item = kept && (await itemById(context.db, kept.item));
  if (!kept || !item) return true;
  const { work } = kept.effect;
  try {
    const token = await mintGitToken(await context.authenticate(), item.repo, 'push');
    const url = gitUrl(context.settings, item.repo);
    const answer = await context.mirrors.dropRef(item.repo.id, {
      url,
      token,
      ref: work.ref,
      head: work.head,
    });
    if (answer.kind === 'unavailable') return false;
    context.log.info({ run, ref: work.ref, is: answer.kind }, 'work that was kept long enough');
  } catch (error) {
    context.log.warn({ err: error, run, ref: work.ref }, 'kept work could not be taken away');
    // A fault of our own is not to hold up the forgetting for ever.
    return githubFailure(error)?.kind !== 'later';
  }
  return true;
}
