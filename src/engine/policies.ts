/** The policy in force for a repository: read anew when somebody asks for work, the last good one otherwise. */
import { createHash } from 'node:crypto';
import { policyFrom } from '../config/policy.ts';
import { parseRepositoryConfig } from '../config/repository.ts';
import { userError } from '../core/errors.ts';
import type { Failure, Repo } from '../core/item.ts';
import type { Policy } from '../core/policy.ts';
import { readConfigFile } from '../github/repository.ts';
import type { Executor } from '../store/open.ts';
import { type RepoRow, repoById, savePolicy, savePolicyError, saveRepo } from '../store/repos.ts';
import type { Context } from './context.ts';

export interface InForce {
  policy: Policy;
  /** The newest configuration is not in force; `usable` says whether an earlier one is. */
  problem?: Failure & { usable: boolean };
}

/** What holds while no file says otherwise. */
export function defaultPolicy(context: Context): Policy {
  const parsed = parseRepositoryConfig('');
  if (!parsed.ok) throw new Error(parsed.problem);
  return policyFrom(parsed.config, parsed.given, context.settings.ceilings, [...context.runners.keys()]);
}

export async function storedPolicy(context: Context, db: Executor, repo: number): Promise<Policy> {
  const defaults = defaultPolicy(context);
  const stored = (await repoById(db, repo))?.policy;
  // One that an earlier version stored lacks what has come since.
  return stored ? { ...defaults, ...stored, limits: { ...defaults.limits, ...stored.limits } } : defaults;
}

/** Reads the repository's file now. What cannot be read or is not valid leaves the last good one in force. */
export async function currentPolicy(context: Context, repo: Repo): Promise<InForce> {
  const { db } = context;
  await saveRepo(db, repo);
  const octokit = await context.authenticate(repo.installation);
  const file = await readConfigFile(octokit, repo);
  if (file.kind === 'unreadable') return problem(context, repo, 'CONFIG_UNREADABLE', file.reason);
  if (file.kind === 'no_file') return problem(context, repo, 'CONFIG_INVALID', file.reason);
  const sha = `${file.kind === 'found' ? file.sha : 'absent'} ${circumstances(context)}`;
  const known = await repoById(db, repo.id);
  if (known?.policy && known.policySha === sha && !known.policyError) return { policy: known.policy };
  const parsed = parseRepositoryConfig(file.kind === 'found' ? file.text : '');
  if (!parsed.ok) return problem(context, repo, 'CONFIG_INVALID', parsed.problem);
  const policy = policyFrom(parsed.config, parsed.given, context.settings.ceilings, [
    ...context.runners.keys(),
  ]);
  await savePolicy(db, repo.id, policy, sha);
  for (const note of policy.notes) context.log.warn({ repo: `${repo.owner}/${repo.name}` }, note);
  return { policy };
}

/** Raised when the same file comes to mean something else: what is stored of earlier versions is read anew. */
const reading = 4;

/** What a policy follows from beside the file: another ceiling makes another policy of the same file. */
function circumstances({ settings, runners }: Context): string {
  const text = JSON.stringify([reading, settings.ceilings, [...runners.keys()]]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function problem(
  context: Context,
  repo: Repo,
  code: 'CONFIG_INVALID' | 'CONFIG_UNREADABLE',
  sentence: string,
): Promise<InForce> {
  await savePolicyError(context.db, repo.id, sentence);
  const known: RepoRow | undefined = await repoById(context.db, repo.id);
  return {
    policy: known?.policy ?? defaultPolicy(context),
    problem: { ...userError(code, sentence), usable: known?.policy !== undefined },
  };
}
