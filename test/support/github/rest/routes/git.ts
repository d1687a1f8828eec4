/** Refs, branches, commits and comparisons. */
import { demandRole } from '../../access.ts';
import { forbidden, notFound, Refusal } from '../../failure.ts';
import { diffFiles, diffText, EMPTY_TREE } from '../../git/diff.ts';
import { between, countAheadBehind, log, mergeBase, readCommit } from '../../git/history.ts';
import { readRefs, resolveCommit } from '../../git/repository.ts';
import type { Repo } from '../../model.ts';
import { commitShape, fileShape } from '../../shapes/commits.ts';
import { repoHtml, repoUrl } from '../../shapes/repositories.ts';
import { api } from '../../shapes/users.ts';
import { branchHead, createRef, removeRef, updateRef } from '../../state/refs.ts';
import { inTurn, type World } from '../../world.ts';
import {
  type Answer,
  type Call,
  created,
  input,
  noContent,
  ok,
  page,
  type Route,
  repoOf,
  route,
  text,
} from '../route.ts';

const refShape = (world: World, repo: Repo, ref: string, sha: string) => ({
  ref,
  node_id: Buffer.from(`REF:${repo.id}:${ref}`).toString('base64url'),
  url: `${repoUrl(world, repo)}/git/${ref}`,
  object: { sha, type: 'commit', url: `${repoUrl(world, repo)}/git/commits/${sha}` },
});

function writable(call: Call): Repo {
  const repo = repoOf(call, ['contents', 'write']);
  demandRole(call.caller, repo, 'write', forbidden('Must have push access to the repository.'));
  return repo;
}

const commitOr422 = async (call: Call, repo: Repo, ref: string): Promise<string> => {
  const sha = await resolveCommit(call.world.git, repo.dir, ref);
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return sha;
};

async function showCommit(call: Call): Promise<Answer> {
  const { world } = call;
  const repo = repoOf(call, ['contents', 'read']);
  const commit = await readCommit(world.git, repo.dir, await commitOr422(call, repo, text(call, 'ref')));
  const files = await diffFiles(world.git, repo.dir, commit.parents[0] ?? EMPTY_TREE, commit.sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return ok({
    ...commitShape(world, repo, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.map((file) => fileShape(world, repo, file, commit.sha)),
  });
}

async function compare(call: Call): Promise<Answer> {
  const { world } = call;
  const repo = repoOf(call, ['contents', 'read']);
  const { git } = world;
  const [left, right] = text(call, 'basehead')
    .split('...')
    .map((side) => side.replace(/^[^:/]+:/, ''));
  const base = await resolveCommit(git, repo.dir, left ?? '');
  const head = await resolveCommit(git, repo.dir, right ?? '');
  const fork = base === null || head === null ? null : await mergeBase(git, repo.dir, base, head);
  if (base === null || head === null || fork === null) throw notFound();
  if (/[.+]diff\b/.test(call.accept)) {
    const bytes = Buffer.from(`${await diffText(git, repo.dir, fork, head)}\n`);
    return { status: 200, raw: { type: 'application/vnd.github.diff; charset=utf-8', bytes } };
  }
  const { ahead, behind } = await countAheadBehind(git, repo.dir, base, head);
  const commits = await between(git, repo.dir, base, head);
  const files = await diffFiles(git, repo.dir, fork, head);
  const url = `${repoUrl(world, repo)}/compare/${left}...${right}`;
  const html = `${repoHtml(world, repo)}/compare/${left}...${right}`;
  return ok({
    url,
    html_url: html,
    permalink_url: `${repoHtml(world, repo)}/compare/${base}...${head}`,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitShape(world, repo, await readCommit(git, repo.dir, base)),
    merge_base_commit: commitShape(world, repo, await readCommit(git, repo.dir, fork)),
    status: ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.map((commit) => commitShape(world, repo, commit)),
    files: files.map((file) => fileShape(world, repo, file, head)),
  });
}

const branchPart = (world: World, repo: Repo, name: string, sha: string) => ({
  name,
  commit: { sha, url: `${repoUrl(world, repo)}/commits/${sha}` },
  protected: repo.protectedBranches.has(name),
});

async function showBranch(call: Call): Promise<Answer> {
  const { world } = call;
  const repo = repoOf(call, ['contents', 'read']);
  const name = text(call, 'branch');
  const renamed = repo.renamedBranches.get(name);
  if (renamed !== undefined && (await resolveCommit(world.git, repo.dir, `refs/heads/${name}`)) === null) {
    const location = `${api(world)}/repositories/${repo.id}/branches/${encodeURIComponent(renamed)}`;
    throw new Refusal(301, 'Moved Permanently', [], { location }, { url: location });
  }
  const sha = await branchHead(world, repo, name);
  const url = `${repoUrl(world, repo)}/branches/${name}`;
  const isProtected = repo.protectedBranches.has(name);
  return ok({
    ...branchPart(world, repo, name, sha),
    commit: commitShape(world, repo, await readCommit(world.git, repo.dir, sha)),
    _links: { self: url, html: `${repoHtml(world, repo)}/tree/${name}` },
    protection: {
      enabled: isProtected,
      required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
    },
    protection_url: `${url}/protection`,
  });
}

async function refsUnder(call: Call, prefix: string): Promise<[string, string][]> {
  const repo = repoOf(call, ['contents', 'read']);
  return [...(await readRefs(call.world.git, repo.dir))].filter(([ref]) => ref.startsWith(prefix));
}

export const gitRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/git/ref/{ref}', async (call) => {
    const repo = repoOf(call, ['contents', 'read']);
    const wanted = `refs/${text(call, 'ref')}`;
    const found = (await refsUnder(call, wanted)).find(([ref]) => ref === wanted);
    if (found === undefined) throw notFound();
    return ok(refShape(call.world, repo, ...found));
  }),
  route('GET', '/repos/{owner}/{repo}/git/matching-refs/{ref}', async (call) => {
    const repo = repoOf(call, ['contents', 'read']);
    const found = await refsUnder(call, `refs/${text(call, 'ref')}`);
    return page(call, found, (each) => refShape(call.world, repo, ...each));
  }),
  route('POST', '/repos/{owner}/{repo}/git/refs', async (call) => {
    const repo = writable(call);
    const { ref, sha } = input<{ ref: string; sha: string }>(call);
    await inTurn(repo, () => createRef(call.world, call.caller, repo, ref, sha));
    return created(refShape(call.world, repo, ref, sha));
  }),
  route('PATCH', '/repos/{owner}/{repo}/git/refs/{ref}', async (call) => {
    const repo = writable(call);
    const { sha, force = false } = input<{ sha: string; force?: boolean }>(call);
    const ref = `refs/${text(call, 'ref')}`;
    await inTurn(repo, () => updateRef(call.world, call.caller, repo, { ref, sha, force }));
    return ok(refShape(call.world, repo, ref, sha));
  }),
  route('DELETE', '/repos/{owner}/{repo}/git/refs/{ref}', async (call) => {
    const repo = writable(call);
    await inTurn(repo, () => removeRef(call.world, call.caller, repo, `refs/${text(call, 'ref')}`));
    return noContent;
  }),
  route('GET', '/repos/{owner}/{repo}/branches', async (call) => {
    const repo = repoOf(call, ['contents', 'read']);
    const found = await refsUnder(call, 'refs/heads/');
    return page(call, found, ([ref, sha]) =>
      branchPart(call.world, repo, ref.slice('refs/heads/'.length), sha),
    );
  }),
  route('GET', '/repos/{owner}/{repo}/branches/{branch}', showBranch),
  route('GET', '/repos/{owner}/{repo}/commits', async (call) => {
    const repo = repoOf(call, ['contents', 'read']);
    const from = String(call.query['sha'] ?? repo.defaultBranch);
    const sha = await resolveCommit(call.world.git, repo.dir, from);
    if (sha === null) throw notFound();
    const path = call.query['path'] === undefined ? [] : ['--', String(call.query['path'])];
    const commits = await log(call.world.git, repo.dir, [sha, ...path]);
    return page(call, commits, (commit) => commitShape(call.world, repo, commit));
  }),
  route('GET', '/repos/{owner}/{repo}/commits/{ref}', showCommit),
  route('GET', '/repos/{owner}/{repo}/compare/{basehead}', compare),
];
