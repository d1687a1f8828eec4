/** Files and directories of a repository at a revision. */
import { notFound } from '../../failure.ts';
import { resolveCommit } from '../../git/repository.ts';
import { entriesOf, entryAt, readBlob, type TreeEntry } from '../../git/tree.ts';
import type { Repo } from '../../model.ts';
import { repoHtml, repoUrl } from '../../shapes/repositories.ts';
import type { World } from '../../world.ts';
import { type Answer, type Call, ok, type Route, repoOf, route } from '../route.ts';

const SYMLINK = '120000';

function kindOf(entry: TreeEntry): string {
  if (entry.type === 'tree') return 'dir';
  if (entry.type === 'commit') return 'submodule';
  return entry.mode === SYMLINK ? 'symlink' : 'file';
}

function entryShape(world: World, repo: Repo, entry: TreeEntry, ref: string) {
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const html = repoHtml(world, repo);
  const self = `${repoUrl(world, repo)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${repoUrl(world, repo)}/git/${entry.type === 'tree' ? 'trees' : 'blobs'}/${entry.sha}`;
  const page = `${html}/${entry.type === 'tree' ? 'tree' : 'blob'}/${ref}/${path}`;
  return {
    type: kindOf(entry),
    size: entry.size,
    name: entry.path.split('/').at(-1) ?? '',
    path: entry.path,
    sha: entry.sha,
    url: self,
    git_url: git,
    html_url: page,
    download_url: entry.type === 'blob' ? `${html}/raw/${ref}/${path}` : null,
    _links: { self, git, html: page },
  };
}

/** GitHub breaks base64 into lines of sixty characters. */
const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll(/.{1,60}/g, '$&\n');

async function contents(call: Call): Promise<Answer> {
  const { world } = call;
  const repo = repoOf(call, ['contents', 'read']);
  const ref = String(call.query['ref'] ?? repo.defaultBranch);
  const commit = await resolveCommit(world.git, repo.dir, ref);
  if (commit === null) throw notFound();
  const path = String(call.params['path'] ?? '').replaceAll(/^\/+|\/+$/g, '');
  const entry = path === '' ? null : await entryAt(world.git, repo.dir, commit, path);
  if (path !== '' && entry === null) throw notFound();
  if (entry === null || entry.type === 'tree') {
    const entries = await entriesOf(world.git, repo.dir, commit, path);
    return ok(entries.map((each) => entryShape(world, repo, each, ref)));
  }
  const shape = entryShape(world, repo, entry, ref);
  if (entry.type === 'commit') return ok({ ...shape, submodule_git_url: null });
  const bytes = await readBlob(world.git, repo.dir, entry.sha);
  if (/[.+]raw(\+json)?\b/.test(call.accept))
    return { status: 200, raw: { type: 'application/vnd.github.raw+json; charset=utf-8', bytes } };
  if (entry.mode === SYMLINK) return ok({ ...shape, target: bytes.toString() });
  return ok({ ...shape, content: base64(bytes), encoding: 'base64' });
}

export const contentsRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/contents/{path}', contents),
  { ...route('GET', '/repos/{owner}/{repo}/contents', contents), undescribed: true },
];
