/** git over HTTP at `/<owner>/<repo>.git`: who may read or push, one push at a time, and what a push sets off. */
import type { IncomingMessage } from 'node:http';
import { canSee, covers, hasRole, inScope } from '../access.ts';
import { Refusal } from '../failure.ts';
import type { Caller, Repo } from '../model.ts';
import { ANONYMOUS, authenticate } from '../rest/authenticate.ts';
import { afterMove, hookEnvironment } from '../state/refs.ts';
import { findRepo, fullName, inTurn, type World } from '../world.ts';
import { type GitAnswer, serveGit } from './backend.ts';
import { readRefs } from './repository.ts';

export interface GitTarget {
  readonly name: string;
  readonly service: 'info/refs' | 'git-upload-pack' | 'git-receive-pack';
  readonly query: string;
}

/** Recognises git's own addresses; null for everything else. */
export function gitTarget(url: string): GitTarget | null {
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const found = /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path);
  if (found === null) return null;
  return { name: found[1] ?? '', service: found[2] as GitTarget['service'], query };
}

export interface GitOutcome extends GitAnswer {
  readonly caller: Caller;
}

export async function answerGit(
  world: World,
  target: GitTarget,
  request: IncomingMessage,
): Promise<GitOutcome> {
  let caller = ANONYMOUS;
  try {
    caller = authenticateGit(world, request.headers.authorization);
    const pushes = target.service === 'git-receive-pack' || target.query.includes('service=git-receive-pack');
    const repo = allowed(world, caller, target.name, pushes);
    const moved = elsewhere(world, repo, target);
    if (moved !== null) return { ...moved, caller };
    const env = hookEnvironment(caller, repo);
    const serve = () => serveGit(world.git, { dir: repo.dir, ...target, request, env });
    const answer =
      target.service === 'git-receive-pack' ? await push(world, caller, repo, serve) : await serve();
    return { ...answer, caller };
  } catch (error) {
    request.resume();
    if (!(error instanceof Refusal)) throw error;
    const headers = { 'content-type': 'text/plain; charset=utf-8', ...error.headers };
    return { status: error.status, headers, body: Buffer.from(`${error.message}\n`), caller };
  }
}

const askPassword = (): Refusal =>
  new Refusal(
    401,
    'Invalid username or token. Password authentication is not supported for Git operations.',
    [],
    {
      'www-authenticate': 'Basic realm="GitHub"',
    },
  );

function authenticateGit(world: World, header: string | undefined): Caller {
  try {
    const caller = authenticate(world, header);
    if (caller.app !== null && caller.token === null) throw askPassword();
    return caller;
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) throw error;
    throw askPassword();
  }
}

function allowed(world: World, caller: Caller, name: string, pushes: boolean): Repo {
  const repo = findRepo(world, name);
  const anonymous = caller.token === null;
  if (repo === undefined || !canSee(repo, caller))
    throw anonymous ? askPassword() : new Refusal(404, 'Repository not found.');
  if (!pushes && !repo.private) return repo;
  if (anonymous) throw askPassword();
  if (caller.token?.installation) {
    const level = pushes ? 'write' : 'read';
    const held = inScope(caller, repo) && covers(caller.token.permissions, 'contents', level);
    if (!held) throw new Refusal(403, 'Write access to repository not granted.');
  } else if (!hasRole(caller, repo, pushes ? 'write' : 'read')) {
    throw new Refusal(403, `Permission to ${fullName(repo)}.git denied to ${caller.user?.login}.`);
  }
  if (pushes && repo.archived) throw new Refusal(403, 'This repository was archived so it is read-only.');
  return repo;
}

/** git follows a redirect of its first request and stays with the new name. */
function elsewhere(world: World, repo: Repo, target: GitTarget): GitAnswer | null {
  if (fullName(repo).toLowerCase() === target.name.toLowerCase()) return null;
  if (target.service !== 'info/refs') return null;
  const location = `${world.url}/${fullName(repo)}.git/info/refs?${target.query}`;
  return { status: 301, headers: { location }, body: Buffer.alloc(0) };
}

/** Runs a push in the repository's turn and does afterwards what GitHub does for each ref that moved. */
function push(world: World, caller: Caller, repo: Repo, serve: () => Promise<GitAnswer>): Promise<GitAnswer> {
  return inTurn(repo, async () => {
    const before = await readRefs(world.git, repo.dir);
    const answer = await serve();
    const after = await readRefs(world.git, repo.dir);
    for (const ref of new Set([...before.keys(), ...after.keys()])) {
      const old = before.get(ref) ?? null;
      const fresh = after.get(ref) ?? null;
      if (old !== fresh && !ref.startsWith('refs/pull/'))
        await afterMove(world, caller, repo, { ref, before: old, after: fresh });
    }
    return answer;
  });
}
