/** Branches and tags: the one way a ref moves, whoever moves it, and everything that follows from it. */
import { covers } from '../access.ts';
import { forbidden, notFound, Refusal } from '../failure.ts';
import { deleteRef, isAncestor, resolveCommit, setRef } from '../git/repository.ts';
import { HOOK_PROTECTED, HOOK_WORKFLOWS } from '../git/update-hook.ts';
import type { Caller, Repo } from '../model.ts';
import { pushShape } from '../shapes/push.ts';
import { actor, now, type World } from '../world.ts';
import { checkSuiteForPush } from './checks.ts';
import { followBranch } from './pulls.ts';

export const ZERO = '0'.repeat(40);

/** What the update hook needs to know about whoever pushes. */
export function hookEnvironment(caller: Caller, repo: Repo): Record<string, string> {
  const refs = [...repo.protectedBranches].map((branch) => `refs/heads/${branch}`);
  const held = caller.token?.installation ? caller.token.permissions : null;
  return {
    LOCAL_GITHUB_PROTECTED: refs.join('\n'),
    LOCAL_GITHUB_WORKFLOWS: held === null || covers(held, 'workflows', 'write') ? 'yes' : 'no',
  };
}

export interface RefMove {
  /** Full name, such as `refs/heads/main`. */
  readonly ref: string;
  /** Null creates it. */
  readonly before: string | null;
  /** Null deletes it. */
  readonly after: string | null;
  readonly force?: boolean;
  /** Merging a pull request is the way into a protected branch. */
  readonly byPull?: boolean;
}

/** Moves a ref under the same rules as a push. Call it in the repository's turn. */
export async function moveRef(world: World, caller: Caller, repo: Repo, move: RefMove): Promise<void> {
  const { ref, before, after } = move;
  if (
    after !== null &&
    before !== null &&
    !move.force &&
    !(await isAncestor(world.git, repo.dir, before, after))
  )
    throw new Refusal(422, 'Update is not a fast forward');
  if (!move.byPull) await askHook(world, caller, repo, move);
  if (after === null) await deleteRef(world.git, repo.dir, ref);
  else await setRef(world.git, repo.dir, ref, after);
  await afterMove(world, caller, repo, move);
}

async function askHook(world: World, caller: Caller, repo: Repo, move: RefMove): Promise<void> {
  const hook = ['hook', 'run', 'update', '--', move.ref, move.before ?? ZERO, move.after ?? ZERO];
  const env = { ...hookEnvironment(caller, repo), GIT_DIR: repo.dir };
  const { code, stderr } = await world.git.try(repo.dir, hook, { env });
  const reason = stderr.replaceAll(/^error: /gm, '').trim();
  if (code === HOOK_PROTECTED) throw new Refusal(422, reason);
  if (code === HOOK_WORKFLOWS) throw forbidden(reason);
  if (code !== 0) throw new Error(`the update hook failed with ${code}: ${stderr}`);
}

/** Everything GitHub does once a ref has moved: events, pull requests that follow, check suites. */
export async function afterMove(world: World, caller: Caller, repo: Repo, move: RefMove): Promise<void> {
  const { ref, before, after } = move;
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
  const sender = actor(caller);
  repo.pushedAt = now(world);
  if (before === null || after === null) {
    const created = before === null;
    const body = {
      ref: ref.replace(/^refs\/(heads|tags)\//, ''),
      ref_type: branch === null ? 'tag' : 'branch',
      ...(created ? { master_branch: repo.defaultBranch, description: repo.description } : {}),
      pusher_type: 'user',
    };
    world.announce({ event: created ? 'create' : 'delete', action: null, repo, sender, body });
  }
  const body = await pushShape(world, caller, repo, move);
  world.announce({ event: 'push', action: null, repo, sender, body });
  if (branch === null) return;
  await followBranch(world, caller, repo, { branch, before, after });
  if (after !== null) await checkSuiteForPush(world, caller, repo, { branch, before, after });
}

const VALID_REF = /^refs\/(heads|tags)\/[^\s~^:?*[\\]+$/;

export async function createRef(
  world: World,
  caller: Caller,
  repo: Repo,
  ref: string,
  sha: string,
): Promise<void> {
  if (!VALID_REF.test(ref) || ref.split('/').length < 3)
    throw new Refusal(422, 'Reference name must start with refs/heads/ or refs/tags/');
  if ((await resolveCommit(world.git, repo.dir, sha)) !== sha)
    throw new Refusal(422, 'Object does not exist');
  if ((await resolveCommit(world.git, repo.dir, ref)) !== null)
    throw new Refusal(422, 'Reference already exists');
  await moveRef(world, caller, repo, { ref, before: null, after: sha });
}

export async function updateRef(
  world: World,
  caller: Caller,
  repo: Repo,
  input: { ref: string; sha: string; force: boolean },
): Promise<void> {
  const before = await resolveCommit(world.git, repo.dir, input.ref);
  if (before === null) throw new Refusal(422, 'Reference does not exist');
  if ((await resolveCommit(world.git, repo.dir, input.sha)) !== input.sha)
    throw new Refusal(422, 'Object does not exist');
  if (before === input.sha) return;
  await moveRef(world, caller, repo, { ref: input.ref, before, after: input.sha, force: input.force });
}

export async function removeRef(world: World, caller: Caller, repo: Repo, ref: string): Promise<void> {
  const before = await resolveCommit(world.git, repo.dir, ref);
  if (before === null) throw new Refusal(422, 'Reference does not exist');
  if (ref === `refs/heads/${repo.defaultBranch}`) throw new Refusal(422, 'Cannot delete the default branch');
  await moveRef(world, caller, repo, { ref, before, after: null });
}

/** The branch's head, or 404. */
export async function branchHead(world: World, repo: Repo, branch: string): Promise<string> {
  const sha = await resolveCommit(world.git, repo.dir, `refs/heads/${branch}`);
  if (sha === null) throw notFound();
  return sha;
}
