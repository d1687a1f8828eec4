/** Takes the pack of a bundle into a repository of its own, strictly and within bounds. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleHeader } from './bundle-header.ts';
import { GitError } from './git-error.ts';
import type { Git, GitLimits } from './git-process.ts';
import { objectSizes } from './object-sizes.ts';
import { type Refusal, refuse } from './refusal.ts';

/** One repository that holds a handed-over branch; every call on it shares these bounds. */
export interface Workbench {
  git: Git;
  gitDir: string;
  limits: GitLimits;
  signal: AbortSignal;
}

const MAX_OBJECTS = 500_000;

/** Indexes the pack after the header of `bundle`. Answers a refusal, or undefined when it is in. */
export async function unpack(
  bench: Workbench,
  bundle: string,
  header: BundleHeader,
  maxUnpackedBytes: number,
): Promise<Refusal | undefined> {
  if (header.objects > MAX_OBJECTS)
    return refuse('too_large', `it has ${header.objects} objects, ${MAX_OBJECTS} are allowed.`);
  const missing = await firstMissing(bench, header.prerequisites);
  if (missing) return refuse('prerequisite_missing', `commit ${missing}.`);
  if (header.objects === 0) return undefined;

  const { size } = await stat(bundle);
  try {
    await bench.git.run({
      gitDir: bench.gitDir,
      config: { 'pack.threads': '1' },
      args: ['index-pack', '--strict', '--stdin', '--fix-thin', '--threads=1', `--max-input-size=${size}`],
      input: createReadStream(bundle, { start: header.packAt }),
      limits: bench.limits,
      signal: bench.signal,
    });
  } catch (error) {
    const refusal = indexRefusal(error);
    if (refusal) return refusal;
    throw error;
  }
  return tooMuch(bench, maxUnpackedBytes);
}

async function firstMissing(bench: Workbench, commits: string[]): Promise<string | undefined> {
  if (commits.length === 0) return undefined;
  const found = await objectSizes(bench, commits);
  return commits.find((sha) => found.get(sha)?.type !== 'commit');
}

async function tooMuch(bench: Workbench, maxUnpackedBytes: number): Promise<Refusal | undefined> {
  const folder = join(bench.gitDir, 'objects/pack');
  const index = (await readdir(folder)).find((name) => name.endsWith('.idx'));
  if (!index) throw new Error('index-pack left no index');
  const { stdout } = await bench.git.run({
    gitDir: bench.gitDir,
    args: ['show-index'],
    input: createReadStream(join(folder, index)),
    limits: bench.limits,
    signal: bench.signal,
    maxOutput: 128 * 1024 * 1024,
  });
  const oids = stdout.toString('latin1').match(/\b[0-9a-f]{40}\b/g) ?? [];
  let total = 0;
  for (const { bytes } of (await objectSizes(bench, oids)).values()) total += bytes;
  if (total <= maxUnpackedBytes) return undefined;
  return refuse('too_large', `unpacked it has ${total} bytes, ${maxUnpackedBytes} are allowed.`);
}

/** What index-pack's death says about the pack; undefined when the fault may be this machine's. */
function indexRefusal(error: unknown): Refusal | undefined {
  const bound = boundRefusal(error);
  if (bound || !(error instanceof GitError) || error.failure !== 'exit') return bound;
  const { stderr } = error;
  if (/No space left|quota|Read-only file system|unable to create/i.test(stderr)) return undefined;
  if (/unresolved delta/.test(stderr))
    return refuse('prerequisite_missing', 'objects that its deltas start from.');
  const check = /^error: (object [0-9a-f]{40}: .*)$/m.exec(stderr)?.[1];
  if (check) return refuse('fsck', `${check.slice(0, 200)}.`);
  if (/did not receive expected object|of unexpected type/.test(stderr))
    return refuse('incomplete', lastLine(stderr));
  return refuse('bundle_invalid', lastLine(stderr));
}

/** A command on the branch's objects that ran into its bounds. */
export function boundRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof GitError) || error.failure !== 'exit') return undefined;
  if (error.signal === 'SIGXCPU' || error.signal === 'SIGKILL') return refuse('took_too_long');
  if (!/out of memory|mmap failed|Cannot allocate memory/i.test(error.stderr)) return undefined;
  return refuse('too_large', 'reading it needs too much memory.');
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return `${line.replace(/^(fatal|error): /, '').slice(0, 200) || 'git gave no reason'}.`;
}
