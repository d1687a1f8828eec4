/** One full bare mirror per repository, kept equal to what the git server has. Nothing else ever writes into it. */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { clearDebris, countPacks, dropRefs, isBareRepository, layBareRepository } from './bare-repository.ts';
import type { Git } from './git-process.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { createMirrorReader, type MirrorReader } from './mirror-reader.ts';
import { type DropRequest, dropRef } from './push.ts';
import { checkedFolder, checkedSha } from './ref-name.ts';
import { type Remote, type RemoteFailure, raise, remoteFailure, toRemote } from './remote.ts';

export interface MirrorSource extends Remote {
  repoId: string | number;
}

/** `missing`: the server answered, and has no such commit under its heads and tags. */
export type MirrorAnswer = { kind: 'ready'; path: string } | { kind: 'missing' } | RemoteFailure;
export type PullHead = { kind: 'found'; sha: string } | { kind: 'missing' } | RemoteFailure;

export interface Mirrors extends MirrorReader {
  path(repoId: string | number): string;
  /**
   * Fetches heads and tags. Calls that arrive before the fetch begins share it. With `sha`, a mirror that has that
   * commit already is ready without asking the server.
   */
  refresh(source: MirrorSource & { sha?: string }): Promise<MirrorAnswer>;
  /** Fetches the head of pull request `number`, also from a fork. */
  fetchPull(source: MirrorSource & { number: number }): Promise<PullHead>;
  /** Takes one of prlt's own refs off the server, if it is still at `head`. */
  dropRef(repoId: string | number, request: Omit<DropRequest, 'repo'>): ReturnType<typeof dropRef>;
  /** Repacks when packs have piled up; whatever was in stays in, since checkouts borrow from here. */
  maintain(repoId: string | number): Promise<'repacked' | 'not_needed'>;
  /** Ids that have a mirror. */
  ids(): Promise<string[]>;
  /** Only once no checkout borrows from it any more. */
  remove(repoId: string | number): Promise<void>;
}

const HEADS_AND_TAGS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

/** Mirrors live at `<dir>/<repoId>.git`, readable for every user. `maxPacks` (20) is when `maintain` acts; a fetch may take `timeoutMs` (30 min). */
export function createMirrors(options: {
  dir: string;
  git: Git;
  maxPacks?: number;
  timeoutMs?: number;
}): Mirrors {
  const { git, maxPacks = 20, timeoutMs = 30 * 60_000 } = options;
  const dir = resolve(options.dir);
  const writers = createKeyedQueue();
  const waiting = new Map<string, Promise<RemoteFailure | undefined>>();
  const opened = new Set<string>();
  const path = (repoId: string | number) => join(dir, `${checkedFolder(repoId)}.git`);
  const reader = createMirrorReader(git, path);

  async function open(mirror: string): Promise<void> {
    if (!(await exists(mirror))) return create(mirror);
    if (!opened.has(mirror)) await clearDebris(mirror);
    if (!(await isBareRepository(mirror))) await layBareRepository(mirror, { shared: true });
    opened.add(mirror);
  }

  async function create(mirror: string): Promise<void> {
    await mkdir(dir, { recursive: true, mode: 0o755 });
    const unborn = `${mirror}.new`;
    await rm(unborn, { recursive: true, force: true });
    await layBareRepository(unborn, { shared: true });
    await rename(unborn, mirror);
    opened.add(mirror);
  }

  async function fetch(mirror: string, source: Remote, refspecs: string[], extra: string[]): Promise<void> {
    const { url, call } = toRemote(source);
    const still = [
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--no-recurse-submodules',
    ];
    await git.run({
      ...call,
      gitDir: mirror,
      args: ['fetch', ...still, '--force', ...extra, '--', url, ...refspecs],
      timeoutMs,
    });
  }

  async function fetchAll(source: MirrorSource): Promise<RemoteFailure | undefined> {
    const mirror = path(source.repoId);
    await open(mirror);
    try {
      await fetch(mirror, source, HEADS_AND_TAGS, ['--prune']);
    } catch (error) {
      if (outsideCause(error)) return remoteFailure(error) ?? raise(error);
      return repair(mirror, source);
    }
    return undefined;
  }

  /** In place: containers have this folder mounted, so it must stay the same one. */
  async function repair(mirror: string, source: MirrorSource): Promise<RemoteFailure | undefined> {
    await clearDebris(mirror);
    await dropRefs(mirror);
    await layBareRepository(mirror, { shared: true });
    try {
      await fetch(mirror, source, HEADS_AND_TAGS, ['--prune', '--refetch']);
      return undefined;
    } catch (error) {
      return remoteFailure(error) ?? raise(error);
    }
  }

  function shared(source: MirrorSource): Promise<RemoteFailure | undefined> {
    const mirror = path(source.repoId);
    const queued = waiting.get(mirror);
    if (queued) return queued;
    const job = writers.run(mirror, () => {
      waiting.delete(mirror);
      return fetchAll(source);
    });
    waiting.set(mirror, job);
    return job;
  }

  return {
    ...reader,
    path,

    async refresh(source) {
      const ready = { kind: 'ready', path: path(source.repoId) } as const;
      const { sha } = source;
      if (sha !== undefined && (await reader.has(source.repoId, checkedSha(sha)))) return ready;
      const failure = await shared(source);
      if (failure) return failure;
      return sha === undefined || (await reader.has(source.repoId, sha)) ? ready : { kind: 'missing' };
    },

    fetchPull(source) {
      const mirror = path(source.repoId);
      if (!Number.isSafeInteger(source.number) || source.number < 1)
        throw new TypeError('Not a pull request number.');
      const ref = `refs/pull/${source.number}/head`;
      return writers.run(mirror, async () => {
        await open(mirror);
        try {
          await fetch(mirror, source, [`+${ref}:${ref}`], []);
        } catch (error) {
          if (/couldn't find remote ref/.test(String(error))) return { kind: 'missing' };
          return remoteFailure(error) ?? raise(error);
        }
        const sha = await reader.resolve(source.repoId, ref);
        return sha ? { kind: 'found', sha } : { kind: 'missing' };
      });
    },

    async dropRef(repoId, request) {
      const mirror = path(repoId);
      await writers.run(mirror, () => open(mirror));
      return dropRef(git, { ...request, repo: mirror });
    },

    maintain(repoId) {
      const mirror = path(repoId);
      return writers.run(mirror, async () => {
        if (!(await exists(mirror)) || (await countPacks(mirror)) <= maxPacks) return 'not_needed';
        const long = { gitDir: mirror, timeoutMs: 60 * 60_000 };
        await git.run({ ...long, args: ['repack', '-a', '-d', '-k', '-q'] });
        await git.run({ ...long, args: ['pack-refs', '--all'] });
        return 'repacked';
      });
    },

    async ids() {
      const names = await readdir(dir).catch(() => []);
      return names.filter((name) => name.endsWith('.git')).map((name) => name.slice(0, -'.git'.length));
    },

    remove(repoId) {
      const mirror = path(repoId);
      return writers.run(mirror, async () => {
        opened.delete(mirror);
        await rm(mirror, { recursive: true, force: true });
      });
    },
  };
}

/** Network, server or disk: nothing that fetching everything anew would heal. */
function outsideCause(error: unknown): boolean {
  return (
    remoteFailure(error) !== undefined || /No space left|Read-only file system|quota/i.test(String(error))
  );
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
