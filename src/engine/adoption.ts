/**
 * Finds the pull request that an item has on GitHub and that the database knows nothing of, as after it was restored
 * from an older backup: nothing is done a second time.
 */
import type { Change, Item, Pull } from '../core/item.ts';
import { type Ours, pullEndedSince, pullOfBranch } from '../github/pulls.ts';
import type { Context } from './context.ts';
import { commitIdentity } from './identity.ts';
import { itemMarker } from './markers.ts';

/** Branches that are asked about at most; each costs a request. */
const mostBranches = 5;

/** A change with the pull request that it has. */
export type FoundChange = Change & { pull: Pull };

/** Asks nothing while the mirror has no branch of the item's, unless restored: then one that ended is found too. @param branch where to look, when that is known */
export async function findOwnPull(
  context: Context,
  item: Item,
  branch?: string,
): Promise<FoundChange | undefined> {
  if (item.change?.pull) return undefined;
  const branches = branch === undefined ? await branchesOf(context, item) : [branch];
  if (branches.length === 0 && !context.restored) return undefined;
  const octokit = await context.authenticate(item.repo.installation);
  const ours = oursOf(context, item);
  for (const name of branches.slice(0, mostBranches)) {
    const found = await pullOfBranch(octokit, item.repo, name, ours);
    if (found) return { branch: name, ...found };
  }
  // One that ended before the work was asked for is of earlier work.
  if (!context.restored || !item.request) return undefined;
  return pullEndedSince(octokit, item.repo, ours, item.request.at);
}

/** What a restored database does not know of its open pull request: a fix that is pushed, its last commit the App's own. */
export async function findOwnFix(context: Context, item: Item): Promise<Omit<Change, 'pull'> | undefined> {
  const { change, repo } = item;
  if (!context.restored || !change?.pull) return undefined;
  const octokit = await context.authenticate(repo.installation);
  const found = await pullOfBranch(octokit, repo, change.branch, oursOf(context, item));
  if (found?.pull.number !== change.pull.number || found.head === change.head) return undefined;
  const { head, commits } = found;
  const { data } = await octokit.rest.repos.getCommit({ owner: repo.owner, repo: repo.name, ref: head });
  // Its author may be the App still where a person has amended it.
  const own = (await commitIdentity(context, repo.installation)).email === data.commit.committer?.email;
  return own ? { branch: change.branch, head, commits } : undefined;
}

function oursOf(context: Context, item: Item): Ours {
  return { author: `${context.identity.slug}[bot]`, marker: itemMarker(context, 'pull', item) };
}

/** Whatever agent, kind and title it had: the key is what an item's branches have in common. */
async function branchesOf({ mirrors }: Context, { repo, key }: Item): Promise<string[]> {
  const named = new RegExp(`(^|[^A-Za-z0-9])${key.replaceAll(/[^\w-]/g, '\\$&')}($|[^0-9])`);
  return (await mirrors.branches(repo.id)).filter((name) => named.test(name));
}
