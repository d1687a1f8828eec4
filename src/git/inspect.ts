/** Judges a handed-over branch: from the bundle's bytes to "accepted" or every reason why not. */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { layBareRepository } from './bare-repository.ts';
import { type BranchSummary, summarise } from './branch-summary.ts';
import { readBundleHeader } from './bundle-header.ts';
import { type Change, changesBetween, changesOf } from './changes.ts';
import { type GateRules, passGates } from './gates.ts';
import { GitError } from './git-error.ts';
import type { Git } from './git-process.ts';
import { objectSizes } from './object-sizes.ts';
import { checkedSha } from './ref-name.ts';
import { type Refusal, refuse } from './refusal.ts';
import { commitsOf, secretRefusals } from './secret-gate.ts';
import { boundRefusal, unpack, type Workbench } from './unpack.ts';

/** Sizes in bytes, `timeoutMs` over all steps. `memory` (2 GiB) bounds the address space of each git process. */
export interface HandoverRules extends GateRules {
  maxUnpackedBytes: number;
  maxFiles: number;
  maxCommits?: number;
  timeoutMs: number;
  memory?: number;
}

/**
 * `mirror`: path of the repository's mirror. `start`: commit that the run began with. `base`: tip of the base branch
 * as the run was given it. `head`: what the run says it hands over.
 */
export interface InspectRequest {
  mirror: string;
  start: string;
  base: string;
  head: string;
  rules: HandoverRules;
  signal?: AbortSignal;
}

export type Inspection =
  | ({ kind: 'accepted'; repo: string; head: string } & BranchSummary)
  | { kind: 'refused'; reasons: Refusal[] };

const REASONS_SHOWN = 20;
const DEFAULT_MEMORY = 2 * 1024 ** 3;

/** Unpacks `bundle` into a fresh repository at `repo` and checks it. Rejects only for faults of this machine. */
export async function inspectBundle(
  git: Git,
  repo: string,
  bundle: string,
  request: InspectRequest,
): Promise<Inspection> {
  const { rules } = request;
  for (const sha of [request.start, request.base, request.head]) checkedSha(sha);
  const deadline = AbortSignal.timeout(rules.timeoutMs);
  const bench: Workbench = {
    git,
    gitDir: repo,
    limits: { memory: rules.memory ?? DEFAULT_MEMORY, cpu: rules.timeoutMs / 1000 + 1 },
    signal: request.signal ? AbortSignal.any([deadline, request.signal]) : deadline,
  };
  try {
    const reasons = await findReasons(bench, bundle, request);
    if ('length' in reasons) return { kind: 'refused', reasons: reasons.slice(0, REASONS_SHOWN) };
    const summary = await summarise(bench, reasons.from, request);
    return { kind: 'accepted', repo, head: request.head, ...summary };
  } catch (error) {
    if (deadline.aborted && !request.signal?.aborted)
      return { kind: 'refused', reasons: [refuse('took_too_long')] };
    if (error instanceof GitError && error.failure === 'overflow') {
      return { kind: 'refused', reasons: [refuse('too_many_files', `${rules.maxFiles} are allowed.`)] };
    }
    const bound = boundRefusal(error);
    if (bound) return { kind: 'refused', reasons: [bound] };
    throw error;
  }
}

/** The reasons, or what the summary should compare with. */
async function findReasons(
  bench: Workbench,
  bundle: string,
  request: InspectRequest,
): Promise<Refusal[] | { from: string }> {
  const { head, start, base, rules } = request;
  const read = await readBundleHeader(bundle).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!read) return [refuse('bundle_missing')];
  if (read.kind === 'invalid') return [refuse('bundle_invalid', read.detail)];
  const [tip, ...others] = read.header.refs;
  if (!tip || others.length > 0) {
    return [refuse('head_mismatch', `one branch was expected, ${read.header.refs.length} came.`)];
  }
  if (tip.sha !== head) return [refuse('head_mismatch', `${head} was announced, ${tip.sha} came.`)];

  await rm(bench.gitDir, { recursive: true, force: true });
  await layBareRepository(bench.gitDir, {
    shared: false,
    alternates: join(resolve(request.mirror), 'objects'),
  });
  const known = await objectSizes(bench, [start, base]);
  if (!known.has(start) || !known.has(base))
    throw new Error('The mirror lacks the commit that the run started from.');
  const broken =
    (await unpack(bench, bundle, read.header, rules.maxUnpackedBytes)) ??
    (await notConnected(bench, request));
  if (broken) return [broken];
  if (!(await isAncestor(bench, start, head))) return [refuse('not_descendant')];

  // a run that merged the base brings the base's own changes along: those are not the agent's
  const baseCameIn = !(await isAncestor(bench, base, start)) && (await isAncestor(bench, base, head));
  const from = baseCameIn ? base : start;
  const changes = await changesToJudge(bench, { start, base, head }, baseCameIn, rules);
  if (!Array.isArray(changes)) return [changes];
  const refusals = await passGates(bench, { start, head }, changes, rules);
  if (rules.secrets) {
    const commits = await commitsOf(bench, head, baseCameIn ? [start, base] : [start]);
    refusals.unshift(...(await secretRefusals(bench, changes, commits, rules.secrets)));
  }
  return refusals.length > 0 ? refusals : { from };
}

async function notConnected(
  bench: Workbench,
  { head, start, base }: InspectRequest,
): Promise<Refusal | undefined> {
  try {
    const args = ['rev-list', '--objects', '--quiet', head, '--not', start, base, '--'] as const;
    await bench.git.run({ gitDir: bench.gitDir, args, limits: bench.limits, signal: bench.signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof GitError) || error.failure !== 'exit' || error.signal) throw error;
    return refuse('incomplete', `${error.stderr.split('\n').at(-1)?.slice(0, 200)}.`);
  }
}

async function isAncestor(bench: Workbench, ancestor: string, of: string): Promise<boolean> {
  const { code } = await bench.git.run({
    gitDir: bench.gitDir,
    args: ['merge-base', '--is-ancestor', ancestor, of],
    answers: [1],
    limits: bench.limits,
    signal: bench.signal,
  });
  return code === 0;
}

/** The whole branch's changes and those of each of its commits, so that what came and went is seen too. */
async function changesToJudge(
  bench: Workbench,
  { start, base, head }: { start: string; base: string; head: string },
  baseCameIn: boolean,
  rules: HandoverRules,
): Promise<Change[] | Refusal> {
  const maxCommits = rules.maxCommits ?? 2_000;
  const { stdout } = await bench.git.run({
    gitDir: bench.gitDir,
    args: [
      'rev-list',
      `--max-count=${maxCommits + 1}`,
      head,
      '--not',
      start,
      ...(baseCameIn ? [base] : []),
      '--',
    ],
    limits: bench.limits,
    signal: bench.signal,
  });
  const commits = stdout.toString('latin1').split('\n').filter(Boolean);
  if (commits.length > maxCommits) return refuse('too_many_commits', `${maxCommits} are allowed.`);

  const room = 1024 * 1024 + rules.maxFiles * 512;
  let whole = await changesBetween(bench, start, head, baseCameIn ? 8 * room : room);
  if (baseCameIn) {
    const ours = new Set((await changesBetween(bench, base, head, room)).map(({ path }) => path));
    whole = whole.filter(({ path }) => ours.has(path));
  }
  if (whole.length > rules.maxFiles) {
    return refuse('too_many_files', `it has ${whole.length}, ${rules.maxFiles} are allowed.`);
  }
  return [...whole, ...(await changesOf(bench, commits, 8 * room))];
}
