/** Handing over: an agent's branch comes in as a bundle, is judged in a repository of its own, and goes out from there. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { bundlePath, type ReceiveAnswer, receiveBundle } from './bundle-inbox.ts';
import type { Git } from './git-process.ts';
import { type Inspection, type InspectRequest, inspectBundle } from './inspect.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { type PushAnswer, type PushRequest, pushBranch } from './push.ts';
import { checkedFolder, checkedSha } from './ref-name.ts';

export interface Handover {
  /** Stores the bundle of `run`, in place of an earlier one. `stream` is consumed or destroyed. */
  receive(request: { run: string; stream: Readable; maxBytes: number }): Promise<ReceiveAnswer>;
  /** Always starts anew from the stored bundle. Rejects only for faults of this machine, which are no refusal. */
  inspect(request: InspectRequest & { run: string }): Promise<Inspection>;
  /** Pushes from the repository that `inspect` accepted. */
  push(request: PushRequest): Promise<PushAnswer>;
  /** The branch as text for people, at most `maxBytes`, whatever the verdict was. */
  diff(request: {
    run: string;
    start: string;
    head: string;
    maxBytes: number;
  }): Promise<{ text: string; truncated: boolean }>;
  /** Path of the bundle as it was received: the work itself, to keep or to hand out. */
  bundle(run: string): string;
  /** Runs that have something here, for the sweeper. */
  runs(): Promise<string[]>;
  /** Removes all that a run handed over. Absent is fine. */
  discard(run: string): Promise<void>;
}

/** Everything lives in `<dir>/<run>/`: `branch.bundle` and, once inspected, `repo.git`. No mirror is written to. */
export function createHandover(options: { dir: string; git: Git }): Handover {
  const { git } = options;
  const dir = resolve(options.dir);
  const queue = createKeyedQueue();
  const folderOf = (run: string) => join(dir, checkedFolder(run));
  const repoOf = (run: string) => join(folderOf(run), 'repo.git');

  return {
    async receive({ run, stream, maxBytes }) {
      const folder = folderOf(run);
      await mkdir(dir, { recursive: true, mode: 0o700 });
      return receiveBundle(folder, stream, maxBytes);
    },
    inspect: ({ run, ...request }) =>
      queue.run(run, () => inspectBundle(git, repoOf(run), bundlePath(folderOf(run)), request)),
    push: (request) => pushBranch(git, request),
    async diff({ run, start, head, maxBytes }) {
      const { stdout, truncated } = await git.run({
        gitDir: repoOf(run),
        args: [
          'diff-tree',
          '-r',
          '-p',
          '-M',
          '--no-color',
          '--no-ext-diff',
          '--no-textconv',
          '--end-of-options',
          checkedSha(start),
          checkedSha(head),
        ],
        maxOutput: maxBytes,
        overflow: 'truncate',
        limits: { memory: 2 * 1024 ** 3, cpu: 60 },
        timeoutMs: 60_000,
      });
      return { text: stdout.toString('utf8'), truncated };
    },
    bundle: (run) => bundlePath(folderOf(run)),
    runs: () => readdir(dir).catch(() => []),
    discard: (run) => queue.run(run, () => rm(folderOf(run), { recursive: true, force: true })),
  };
}
