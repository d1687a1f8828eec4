/**
 * Finds the pull request that an item has on GitHub and that the database knows nothing of, as after it was restored
 * from an older backup: nothing is done a second time.
 */
import type { Change, Item, Pull } from '../core/item.ts';
import { pullOfBranch } from '../github/pulls.ts';
import type { Context } from './context.ts';
import { itemMarker } from './markers.ts';

/** Branches that are asked about at most; each costs a request. */
const mostBranches = 5;

/** A change with the pull request that it has. */
export type FoundChange = Change & { pull: Pull };

/** Asks nothing while the mirror has no branch of the item's. @param branch where to look, when that is known */
export async function findOwnPull(
  context: Context,
  item: Item,
  branch?: string,
): Promise<FoundChange | undefined> {
  if (item.change?.pull) return undefined;
  const branches = branch === undefined ? await branchesOf(context, item) : [branch];
  if (branches.length === 0) return undefined;
  const octokit = await context.authenticate(item.repo.installation);
  const ours = { author: `${context.identity.slug}[bot]`, marker: itemMarker(context, 'pull', item) };
  for (const name of branches.slice(0, mostBranches)) {
    const found = await pullOfBranch(octokit, item.repo, name, ours);
    if (found) return { branch: name, ...found };
  }
  return undefined;
}

/** Whatever agent, kind and title it had: the key is what an item's branches have in common. */
async function branchesOf({ mirrors }: Context, { repo, key }: Item): Promise<string[]> {
  const named = new RegExp(`(^|[^A-Za-z0-9])${key.replaceAll(/[^\w-]/g, '\\$&')}($|[^0-9])`);
  return (await mirrors.branches(repo.id)).filter((name) => named.test(name));
}
