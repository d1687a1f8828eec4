/** Mirrors follow the server, survive what happens to them, and lose nothing that a checkout may borrow. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGit, type Git } from '#src/git/git-process.ts';
import { createMirrors, type Mirrors } from '#src/git/mirrors.ts';
import {
  type GitServer,
  makeRepository,
  scratch,
  startGitServer,
  type TestRepository,
} from '#test/support/git.ts';

let place: ReturnType<typeof scratch>;
let git: Git;
let server: GitServer;
let origin: TestRepository;
let mirrors: Mirrors;
let source: { repoId: number; url: string; token: string };
let first: string;

beforeEach(async () => {
  place = scratch();
  git = await createGit({ dir: join(place.dir, 'git'), env: process.env });
  server = await startGitServer(place.dir, 's3cret-token');
  origin = makeRepository(join(place.dir, 'acme/widgets.git'));
  mirrors = createMirrors({ dir: join(place.dir, 'mirrors'), git, maxPacks: 3 });
  source = { repoId: 7, url: `${server.url}/acme/widgets.git`, token: 's3cret-token' };
  first = origin.commit(
    [],
    [
      { path: 'README.md', content: 'hello\n' },
      { path: 'a/b.txt', content: 'b' },
      { path: 'l', mode: '120000', content: 'a' },
    ],
  );
  origin.git(['update-ref', 'refs/heads/main', first]);
});
afterEach(async () => {
  await server.close();
  place.remove();
});

const next = (ref = 'refs/heads/main') => {
  const sha = origin.commit(
    [origin.git(['rev-parse', ref])],
    [{ path: 'n', content: String(process.hrtime.bigint()) }],
  );
  origin.git(['update-ref', ref, sha]);
  return sha;
};
const uploads = () =>
  server.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('git-upload-pack')).length;

test('heads and tags come in, removed ones go, their commits stay', async () => {
  origin.git(['update-ref', 'refs/heads/gone', next()]);
  origin.git(['update-ref', 'refs/tags/v1', first]);
  origin.git(['update-ref', 'refs/pull/3/head', first]);
  const gone = origin.git(['rev-parse', 'refs/heads/gone']);
  const path = mirrors.path(7);
  expect(await mirrors.refresh(source)).toEqual({ kind: 'ready', path });
  expect(await mirrors.resolve(7, 'refs/heads/gone')).toBe(gone);
  expect(await mirrors.resolve(7, 'refs/tags/v1')).toBe(first);
  expect(await mirrors.resolve(7, 'refs/pull/3/head')).toBeUndefined();

  expect(await mirrors.fetchPull({ ...source, number: 3 })).toEqual({ kind: 'found', sha: first });
  expect(await mirrors.fetchPull({ ...source, number: 4 })).toEqual({ kind: 'missing' });
  origin.git(['update-ref', '-d', 'refs/heads/gone']);
  origin.git(['update-ref', 'refs/heads/main', first]);
  await mirrors.refresh(source);
  expect(await mirrors.resolve(7, 'refs/heads/gone')).toBeUndefined();
  expect(await mirrors.resolve(7, 'refs/pull/3/head')).toBe(first);
  expect(await mirrors.resolve(7, 'refs/heads/main')).toBe(first);
  expect(await mirrors.has(7, gone)).toBe(true);
});

test('an empty repository is a mirror too, and fills later', async () => {
  makeRepository(join(place.dir, 'acme/empty.git'));
  const empty = { ...source, repoId: 8, url: `${server.url}/acme/empty.git` };
  expect(await mirrors.refresh(empty)).toMatchObject({ kind: 'ready' });
  expect(await mirrors.resolve(8, 'refs/heads/main')).toBeUndefined();
  expect(await mirrors.refresh({ ...empty, sha: first })).toEqual({ kind: 'missing' });
  expect(await mirrors.ids()).toEqual(['8']);
});

test('a commit that is there needs no server; calls that wait together share one fetch', async () => {
  await mirrors.refresh(source);
  const before = server.requests.length;
  expect(await mirrors.refresh({ ...source, sha: first })).toMatchObject({ kind: 'ready' });
  expect(server.requests.length).toBe(before);

  const sha = next();
  const posts = uploads();
  const answers = await Promise.all(Array.from({ length: 8 }, () => mirrors.refresh({ ...source, sha })));
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['ready']));
  // protocol 2: one for the refs, one for the objects
  expect(uploads() - posts).toBeLessThanOrEqual(3);
});

test('every user can read it, whatever the umask', async () => {
  const umask = process.umask(0o077);
  try {
    await mirrors.refresh(source);
    next();
    await mirrors.refresh(source);
  } finally {
    process.umask(umask);
  }
  const files = readdirSync(mirrors.path(7), { recursive: true, withFileTypes: true });
  const closed = files.filter((file) => {
    const { mode } = statSync(join(file.parentPath, file.name));
    return (mode & (file.isDirectory() ? 0o005 : 0o004)) !== (file.isDirectory() ? 0o005 : 0o004);
  });
  expect(files.length).toBeGreaterThan(5);
  expect(closed.map(({ name }) => name)).toEqual([]);
});

test('files are read without following links', async () => {
  await mirrors.refresh(source);
  const read = async (path: string, cap = 100) => (await mirrors.readFiles(7, first, [path], cap))[0];
  expect(await read('a/b.txt')).toEqual({ kind: 'file', content: Buffer.from('b') });
  expect(await read('l')).toEqual({ kind: 'not_a_file' });
  expect(await read('l/b.txt')).toEqual({ kind: 'absent' });
  expect(await read('a')).toEqual({ kind: 'not_a_file' });
  expect(await read('README.md', 5)).toEqual({ kind: 'too_large', bytes: 6 });
  for (const path of ['none', '', '../x', '/etc/passwd', 'a//b.txt', '*', ':(glob)**', '-r']) {
    expect(await read(path)).toEqual({ kind: 'absent' });
  }
  const paths = ['a', 'none', 'README.md', 'a/b.txt', 'README.md'];
  expect((await mirrors.readFiles(7, first, paths, 100)).map(({ kind }) => kind)).toEqual([
    'not_a_file',
    'absent',
    'file',
    'file',
    'file',
  ]);
  expect(await mirrors.readFiles(7, first, [], 100)).toEqual([]);
  expect((await mirrors.listTree(7, first)).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    'file README.md',
    'file a/b.txt',
    'link l',
  ]);
  expect((await mirrors.listTree(7, first, 'a')).map(({ path }) => path)).toEqual(['a/b.txt']);
  const inFolders = async (...folders: string[]) =>
    (await mirrors.listFolders(7, first, folders)).map(({ path, kind }) => `${kind} ${path}`);
  expect(await inFolders('a', 'none', '../x', 'l')).toEqual(['file a/b.txt']);
  expect(await inFolders('.')).toEqual(['file README.md', 'folder a', 'link l']);
  expect((await inFolders('a', '.')).toSorted()).toEqual(['file README.md', 'file a/b.txt', 'link l']);
  expect(await inFolders()).toEqual([]);
  for (const ref of ['main', '--all', 'HEAD', 'refs/heads/main^{/x}', 'refs/heads/main~1']) {
    expect(await mirrors.resolve(7, ref)).toBeUndefined();
  }
});

test('a second life clears what a killed git left behind', async () => {
  await mirrors.refresh(source);
  const path = mirrors.path(7);
  writeFileSync(join(path, 'packed-refs.lock'), '');
  writeFileSync(join(path, 'refs/heads/main.lock'), '');
  writeFileSync(join(path, 'objects/pack/tmp_pack_x'), 'half');
  mkdirSync(`${path}.new/objects`, { recursive: true });
  const sha = next();
  const again = createMirrors({ dir: join(place.dir, 'mirrors'), git });
  expect(await again.refresh({ ...source, sha })).toMatchObject({ kind: 'ready' });
  expect(existsSync(join(path, 'objects/pack/tmp_pack_x'))).toBe(false);
});

test.each<[string, (path: string) => void]>([
  ['its HEAD', (path) => rmSync(join(path, 'HEAD'))],
  ['its configuration', (path) => writeFileSync(join(path, 'config'), '[core\n')],
  [
    'its refs',
    (path) => {
      rmSync(join(path, 'refs'), { recursive: true });
      rmSync(join(path, 'packed-refs'), { force: true });
    },
  ],
  [
    'its packs',
    (path) => {
      rmSync(join(path, 'objects/pack'), { recursive: true });
    },
  ],
  [
    'a pack to rot',
    (path) => {
      for (const name of readdirSync(join(path, 'objects/pack'))) {
        chmodSync(join(path, 'objects/pack', name), 0o644);
        writeFileSync(join(path, 'objects/pack', name), 'rot');
      }
    },
  ],
  ['a ref to zeroes', (path) => writeFileSync(join(path, 'refs/heads/main'), '\0'.repeat(41))],
])('a mirror that lost %s is mended in place', async (_name, harm) => {
  await mirrors.refresh(source);
  const path = mirrors.path(7);
  const { ino } = statSync(path);
  harm(path);
  const sha = next();
  expect(await mirrors.refresh({ ...source, sha })).toMatchObject({ kind: 'ready' });
  expect(statSync(path).ino).toBe(ino);
  expect(await mirrors.resolve(7, 'refs/heads/main')).toBe(sha);
  expect(await mirrors.readFiles(7, first, ['a/b.txt'], 10)).toMatchObject([{ kind: 'file' }]);
});

test('maintenance joins the packs and keeps what no ref reaches', async () => {
  await mirrors.refresh(source);
  const lost = next();
  await mirrors.refresh(source);
  origin.git(['update-ref', 'refs/heads/main', first]);
  for (let round = 0; round < 3; round++) {
    next();
    await mirrors.refresh(source);
  }
  expect(await mirrors.maintain(7)).toBe('repacked');
  expect(
    readdirSync(join(mirrors.path(7), 'objects/pack')).filter((name) => name.endsWith('.pack')),
  ).toHaveLength(1);
  expect(await mirrors.has(7, lost)).toBe(true);
  expect(await mirrors.maintain(7)).toBe('not_needed');
  expect(await mirrors.maintain(99)).toBe('not_needed');
});

test('failures of the server are told apart', async () => {
  expect(await mirrors.refresh({ ...source, token: 'wrong' })).toMatchObject({ kind: 'denied' });
  expect(await mirrors.refresh({ repoId: 7, url: source.url })).toMatchObject({ kind: 'denied' });
  expect(await mirrors.refresh({ ...source, url: `${server.url}/acme/none.git` })).toMatchObject({
    kind: 'denied',
  });
  server.intercept = (_request, response) => {
    response.writeHead(502).end();
    return true;
  };
  expect(await mirrors.refresh(source)).toMatchObject({ kind: 'unavailable' });
  server.intercept = undefined;
  const { url } = server;
  await server.close();
  expect(await mirrors.refresh({ ...source, url: `${url}/acme/widgets.git` })).toMatchObject({
    kind: 'unavailable',
  });
});
