/** What a run is given: branch, base commit, prompt, agent command. Fixed once, before its container exists. */
import type { RunnerManifest } from '#runners/manifest.ts';
import { type Assignment, protocolVersion } from '#runners/shim/protocol.ts';
import { branchKind } from '../core/branch/kind.ts';
import { branchName } from '../core/branch.ts';
import type { Failure, Item, Request, Run } from '../core/item.ts';
import { readLabels } from '../core/labels.ts';
import { type Policy, type Profile, toolchain } from '../core/policy.ts';
import type { Context } from './context.ts';
import { commitIdentity } from './identity.ts';
import { chooseModel, type ModelChoice, withModel } from './model-choice.ts';
import { withRegistries } from './registry-clients.ts';
import { gitUrl } from './repository-url.ts';
import { promptFor } from './run-prompt.ts';
import { imageRefusal, masked } from './toolchain.ts';

export type Assigned =
  | {
      kind: 'assigned';
      assignment: Assignment;
      image: string;
      /** Image of the repository's own, as its configuration names it. */
      ownImage?: string;
      notes: string[];
      promptHash: string;
      model?: ModelChoice;
    }
  | { kind: 'refused'; failure: Failure }
  | { kind: 'later'; reason: string };

/** Bytes and milliseconds; what is beyond is cut, counted and said. */
const limits = {
  lineBytes: 16 * 1024,
  outputBytes: 16 * 2 ** 20,
  journalBytes: 64 * 2 ** 20,
  cancelGraceMs: 5_000,
};

export async function assign(context: Context, item: Item, run: Run, policy: Policy): Promise<Assigned> {
  const { request, repo } = item;
  const runner = context.runners.get(run.runner);
  const profile = policy.profiles[run.profile];
  if (!request || !runner || !profile) {
    return refuse('NO_RUNNER', `Profile "${run.profile}" has no runner that this service can use any more.`);
  }
  const tools = toolchain(policy, profile, request.snapshot);
  const refusal = imageRefusal(context.settings.allowImages, tools.image);
  if (refusal) return { kind: 'refused', failure: refusal };
  const newest = await context.mirrors.resolve(repo.id, `refs/heads/${repo.defaultBranch}`);
  const base = run.continues ? run.base?.sha : newest;
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
  const asked = profileModel(run, profile);
  const model = chooseModel(runner, context.settings.models.providers, asked);
  if (!model && (runner.model || asked)) {
    return refuse(
      'NO_RUNNER',
      `The runner ${runner.name} has no provider of models that this service knows a key of.`,
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
      runner: runner.name,
      ...withRegistries(
        driven(runner, profile, model),
        context.settings.registries,
        `${repo.owner}/${repo.name}`,
      ),
      ...masked(context.settings.allowAgentConfig),
    },
    setup: tools.setup,
    continues: run.continues !== undefined,
    checkout: {
      branch,
      start,
      base: { branch: run.base?.branch ?? repo.defaultBranch, sha: base },
      origin: gitUrl(context.settings, repo),
    },
    git: await commitIdentity(context, repo.installation),
    commitMessage: commitMessage(request.snapshot.title, item.key),
    prompt: { number: 1, kind: run.kind, text: prompt.text },
    limits: { ...limits, bundleBytes: context.settings.maxBundle, setupMs: policy.limits.setup },
  };
  return {
    kind: 'assigned',
    assignment,
    image: runner.image,
    ...(tools.image ? { ownImage: tools.image } : {}),
    notes: prompt.notes,
    promptHash: prompt.hash,
    ...(model ? { model } : {}),
  };
}

/** A fallback is told its own model, not the one of the runner it stands in for. */
function profileModel(run: Run, profile: Profile): string | undefined {
  return run.runner === profile.runner ? profile.model : undefined;
}

/** How the agent's CLI is started and talked to, with its model filled in. */
function driven(
  runner: RunnerManifest,
  profile: Profile,
  model: ModelChoice | undefined,
): Omit<Assignment['agent'], 'name' | 'runner' | 'masks'> {
  const fill = (text: string) => withModel(text, model);
  const filled = (texts: Record<string, string>) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text)]));
  const option = runner.model?.option;
  const options = [
    ...(runner.acp.options ?? []),
    ...(option && model ? [{ id: option, value: model.model }] : []),
  ];
  return {
    argv: runner.argv.map(fill),
    env: {
      ...filled(runner.env),
      ...(profile.command ? { PRLT_COMMAND: JSON.stringify(profile.command) } : {}),
      ...(model ? { PRLT_MODEL: model.model, PRLT_MODEL_URL: `{pipe}/models/${model.provider}` } : {}),
    },
    files: filled(runner.files),
    acp: { ...runner.acp, ...(options.length > 0 ? { options } : {}) },
  };
}

/** Work that was put aside goes on where it was; else a new branch off the base; a fix goes on where the branch of the open pull request is now. */
async function placeOf(
  context: Context,
  item: Item,
  run: Run,
  request: Request,
  policy: Policy,
  base: string,
): Promise<{ branch: string; start: string } | undefined> {
  if (run.continues && run.branch && run.start) return { branch: run.branch, start: run.start };
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

function commitMessage(title: string, key: string): string {
  const line = title.replaceAll(/\s+/g, ' ').trim().slice(0, 72) || key;
  return `${line}\n\n${key}\n`;
}

function refuse(code: string, sentence: string, todo?: string): Assigned {
  return { kind: 'refused', failure: { code, sentence, ...(todo ? { todo } : {}) } };
}
