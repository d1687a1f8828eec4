/** The push payload: the commits a ref gained, with the paths each one touched. */
import { diffFiles, EMPTY_TREE } from '../git/diff.ts';
import { type Commit, log } from '../git/history.ts';
import { isAncestor, resolveCommit } from '../git/repository.ts';
import type { Caller, Repo } from '../model.ts';
import { noreply, userByEmail } from '../state/users.ts';
import { actor, type World } from '../world.ts';
import { repoHtml } from './repositories.ts';

const ZERO = '0'.repeat(40);
const MAX_COMMITS = 20;

export async function pushShape(
  world: World,
  caller: Caller,
  repo: Repo,
  move: { ref: string; before: string | null; after: string | null },
) {
  const { ref, before, after } = move;
  const { git } = world;
  const range = after === null ? [] : await gained(world, repo, before, after);
  const commits = await Promise.all(range.map((commit) => commitPart(world, repo, commit)));
  const [head] = after === null ? [] : await log(git, repo.dir, ['-1', after]);
  const user = actor(caller);
  const moved = before !== null && after !== null;
  return {
    ref,
    before: before ?? ZERO,
    after: after ?? ZERO,
    pusher: { name: user.login, email: noreply(user) },
    created: before === null,
    deleted: after === null,
    forced: moved && !(await isAncestor(git, repo.dir, before, after)),
    base_ref: null,
    compare: `${repoHtml(world, repo)}/compare/${moved ? `${before.slice(0, 12)}...${after.slice(0, 12)}` : ref}`,
    commits,
    head_commit: head === undefined ? null : await commitPart(world, repo, head),
  };
}

async function gained(world: World, repo: Repo, before: string | null, after: string): Promise<Commit[]> {
  const base = before ?? (await resolveCommit(world.git, repo.dir, `refs/heads/${repo.defaultBranch}`));
  const range = base === null ? after : `${base}..${after}`;
  return (await log(world.git, repo.dir, ['--reverse', range])).slice(-MAX_COMMITS);
}

async function commitPart(world: World, repo: Repo, commit: Commit) {
  const files = await diffFiles(world.git, repo.dir, commit.parents[0] ?? EMPTY_TREE, commit.sha);
  const paths = (...statuses: string[]) =>
    files.filter((file) => statuses.includes(file.status)).map((file) => file.path);
  const person = (who: Commit['author']) => {
    const user = userByEmail(world, who.email);
    return { name: who.name, email: who.email, ...(user === null ? {} : { username: user.login }) };
  };
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repoHtml(world, repo)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths('added'),
    removed: paths('removed'),
    modified: paths('modified', 'renamed', 'changed'),
  };
}
