/** Gathers what a run's first prompt is built from: the snapshot, files of the base commit, and earlier work that goes on. */
import { createHash } from 'node:crypto';
import type { Item, Request, Run } from '../core/item.ts';
import { buildPrompt, specsNamedIn } from '../core/prompt/build-prompt.ts';
import type { PromptInput } from '../core/prompt/prompt-input.ts';
import { describeStripped } from '../core/text/hidden.ts';
import { earlierWork, type Sources } from './earlier-work.ts';
import { commitsAt, filesAt, rulesAt } from './repository-rules.ts';

export interface RunPrompt {
  text: string;
  /** SHA-256 of the text, hexadecimal. */
  hash: string;
  /** What people should know, such as what was left out. */
  notes: string[];
}

export async function promptFor(
  context: Sources,
  item: Item,
  run: Run,
  request: Request,
  about: { base: string; branch: string; instructions: string | undefined },
): Promise<RunPrompt> {
  const { snapshot } = request;
  const { base, branch, instructions } = about;
  const at = { mirrors: context.mirrors, repo: item.repo.id, sha: base };
  const [specs, rules, commits, goesOn] = await Promise.all([
    filesAt(at, specsNamedIn(snapshot.body)),
    rulesAt(at),
    commitsAt(at),
    goingOn(context, item, run),
  ]);
  const built = buildPrompt({
    snapshot: { key: item.key, ...snapshot },
    specs,
    rules,
    run: {
      kind: run.kind,
      branch,
      base: item.repo.defaultBranch,
      repo: `${item.repo.owner}/${item.repo.name}`,
    },
    ...(commits ? { commits } : {}),
    ...(instructions ? { instructions } : {}),
    ...(goesOn ? { goesOn } : {}),
    ...(item.lastFailure ? { previously: item.lastFailure.sentence } : {}),
    ...(item.said ? { said: item.said } : {}),
  });
  const stripped = describeStripped(built.stripped);
  return {
    text: built.text,
    hash: createHash('sha256').update(built.text).digest('hex'),
    notes: stripped ? [stripped] : [],
  };
}

async function goingOn(
  context: Sources,
  item: Item,
  run: Run,
): Promise<NonNullable<PromptInput['goesOn']> | undefined> {
  if (!run.continues) return undefined;
  const { reason, handover } = run.continues;
  const earlier = await earlierWork(context, item, run);
  const runner = earlier?.runner ?? handover?.from;
  return { reason, ...(runner ? { runner } : {}), ...(earlier ? { earlier: earlier.work } : {}) };
}
