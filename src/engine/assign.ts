/** What a run is given: branch, base commit, prompt, agent command. Fixed once, before its container exists. */
import { type Assignment, protocolVersion } from '#runners/shim/protocol.ts';
import { branchKind } from '../core/branch/kind.ts';
import { branchName } from '../core/branch.ts';
import type { Failure, Item, Request, Run } from '../core/item.ts';
import { readLabels } from '../core/labels.ts';
import type { Policy } from '../core/policy.ts';
import { buildPrompt, type Spec, specsNamedIn } from '../core/prompt/build-prompt.ts';
import { describeStripped } from '../core/text/hidden.ts';
import type { Context } from './context.ts';
import { commitIdentity } from './identity.ts';
import { gitUrl } from './repository-url.ts';

export type Assigned =
  | { kind: 'assigned'; assignment: Assignment; image: string; notes: string[] }
  | { kind: 'refused'; failure: Failure }
  | { kind: 'later'; reason: string };

/** Bytes and milliseconds; what is beyond is cut, counted and said. */
const limits = {
  lineBytes: 16 * 1024,
  outputBytes: 16 * 2 ** 20,
  journalBytes: 64 * 2 ** 20,
  cancelGraceMs: 5_000,
  setupMs: 15 * 60_000,
};
const largestSpec = 64 * 1024;

export async function assign(context: Context, item: Item, run: Run, policy: Policy): Promise<Assigned> {
  const { request, repo } = item;
  const runner = context.runners.get(run.runner);
  const profile = policy.profiles[run.profile];
  if (!request || !runner || !profile) {
    return refuse('NO_RUNNER', `Profile "${run.profile}" has no runner that this service can use any more.`);
  }
  const base = await context.mirrors.resolve(repo.id, `refs/heads/${repo.defaultBranch}`);
  if (!base) {
    return refuse(
      'CHECKOUT_FAILED',
      `${repo.owner}/${repo.name} has no commit on \`${repo.defaultBranch}\`, so there is nothing to work on.`,
      'Push a first commit to the default branch, then ask again.',
    );
  }
  const place = await placeOf(context, item, run, request, policy, base);
  if (!place) {
    return refuse(
      'BRANCH_MOVED',
      `The branch \`${item.change?.branch}\` of the open pull request is not there any more.`,
      'Restore the branch, or close the pull request and ask again.',
    );
  }
  const { branch, start } = place;
  const prompt = await promptFor(context, item, run, request, {
    base,
    branch,
    instructions: profile.instructions,
  });
  const assignment: Assignment = {
    protocol: protocolVersion,
    run: { id: run.id, epoch: run.epoch, kind: run.kind, key: item.key },
    agent: {
      name: run.agent,
      argv: runner.argv,
      env: { ...runner.env, ...(profile.command ? { PRLT_COMMAND: JSON.stringify(profile.command) } : {}) },
      files: runner.files,
      acp: runner.acp,
      masks: runner.masks,
    },
    setup: [],
    continues: false,
    checkout: {
      branch,
      start,
      base: { branch: repo.defaultBranch, sha: base },
      origin: gitUrl(context.settings, repo),
    },
    git: await commitIdentity(context, repo.installation),
    commitMessage: commitMessage(request.snapshot.title, item.key),
    prompt: { number: 1, kind: run.kind, text: prompt.text },
    limits: { ...limits, bundleBytes: context.settings.maxBundle },
  };
  return { kind: 'assigned', assignment, image: runner.image, notes: prompt.notes };
}

/** A new branch off the base; a fix goes on where the branch of the open pull request is now. */
async function placeOf(
  context: Context,
  item: Item,
  run: Run,
  request: Request,
  policy: Policy,
  base: string,
): Promise<{ branch: string; start: string } | undefined> {
  if (run.kind !== 'fix' || !item.change) {
    return { branch: await freeBranch(context, item, run, request, policy), start: base };
  }
  const { branch } = item.change;
  const start = await context.mirrors.resolve(item.repo.id, `refs/heads/${branch}`);
  return start === undefined ? undefined : { branch, start };
}

/** The template's name, with a number behind it while the repository has that branch already. */
async function freeBranch(
  context: Context,
  item: Item,
  run: Run,
  request: Request,
  policy: Policy,
): Promise<string> {
  const { title, labels } = request.snapshot;
  const kind = branchKind({ type: readLabels(labels).type, labels });
  const used = new Set<string>();
  for (;;) {
    const name = branchName({
      template: policy.branch,
      key: item.key,
      kind,
      agent: run.agent,
      repo: item.repo.name,
      title,
      taken: (one) => used.has(one),
    });
    if (!(await context.mirrors.resolve(item.repo.id, `refs/heads/${name}`))) return name;
    used.add(name);
  }
}

async function promptFor(
  context: Context,
  item: Item,
  run: Run,
  request: Request,
  { base, branch, instructions }: { base: string; branch: string; instructions: string | undefined },
): Promise<{ text: string; notes: string[] }> {
  const { snapshot } = request;
  const specs: Spec[] = [];
  for (const path of specsNamedIn(snapshot.body)) {
    const answer = await context.mirrors.readFile(item.repo.id, base, path, largestSpec);
    const content = answer.kind === 'file' ? answer.content.toString('utf8') : undefined;
    specs.push({ path, content, tooLarge: answer.kind === 'too_large' });
  }
  const built = buildPrompt({
    snapshot: { key: item.key, ...snapshot },
    specs,
    run: {
      kind: run.kind,
      branch,
      base: item.repo.defaultBranch,
      repo: `${item.repo.owner}/${item.repo.name}`,
    },
    ...(instructions ? { instructions } : {}),
    ...(item.lastFailure ? { previously: item.lastFailure.sentence } : {}),
  });
  const stripped = describeStripped(built.stripped);
  return { text: built.text, notes: stripped ? [stripped] : [] };
}

function commitMessage(title: string, key: string): string {
  const line = title.replaceAll(/\s+/g, ' ').trim().slice(0, 72) || key;
  return `${line}\n\n${key}\n`;
}

function refuse(code: string, sentence: string, todo?: string): Assigned {
  return { kind: 'refused', failure: { code, sentence, ...(todo ? { todo } : {}) } };
}
