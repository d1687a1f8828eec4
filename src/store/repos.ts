/** Repositories as last seen, with the policy in force: the last configuration that could be read. */

import type { Selectable } from 'kysely';
import type { Repo } from '#src/core/item.ts';
import type { Policy } from '#src/core/policy.ts';
import type { Executor } from './open.ts';
import type { Schema } from './schema.ts';

export interface RepoRow {
  repo: Repo;
  policy?: Policy;
  policySha?: string;
  /** Why the newest configuration is not in force. */
  policyError?: string;
}

export async function saveRepo(db: Executor, repo: Repo): Promise<void> {
  const row = { installation: repo.installation, facts: JSON.stringify(repo) };
  await db
    .insertInto('repos')
    .values({ id: repo.id, ...row })
    .onConflict((oc) => oc.column('id').doUpdateSet(row))
    .execute();
}

export async function savePolicy(db: Executor, repo: number, policy: Policy, sha: string): Promise<void> {
  await db
    .updateTable('repos')
    .set({ policy: JSON.stringify(policy), policy_sha: sha, policy_error: null })
    .where('id', '=', repo)
    .execute();
}

/** Keeps the last good policy in force and remembers why the newest is not. */
export async function savePolicyError(db: Executor, repo: number, error: string): Promise<void> {
  await db.updateTable('repos').set({ policy_error: error }).where('id', '=', repo).execute();
}

export async function repoById(db: Executor, id: number): Promise<RepoRow | undefined> {
  const row = await db.selectFrom('repos').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRepo(row);
}

export async function reposOfInstallation(db: Executor, installation: number): Promise<RepoRow[]> {
  const rows = await db.selectFrom('repos').selectAll().where('installation', '=', installation).execute();
  return rows.map(toRepo);
}

/** Ids of the installations whose items have runs that are not over. */
export async function installationsWithRuns(db: Executor): Promise<number[]> {
  const rows = await db
    .selectFrom('runs')
    .innerJoin('items', 'items.id', 'runs.item')
    .innerJoin('repos', 'repos.id', 'items.repo')
    .where('runs.state', '<>', 'over')
    .select('repos.installation')
    .distinct()
    .execute();
  return rows.map(({ installation }) => installation);
}

function toRepo(row: Selectable<Schema['repos']>): RepoRow {
  return {
    repo: JSON.parse(row.facts) as Repo,
    ...(row.policy === null ? {} : { policy: JSON.parse(row.policy) as Policy }),
    ...(row.policy_sha === null ? {} : { policySha: row.policy_sha }),
    ...(row.policy_error === null ? {} : { policyError: row.policy_error }),
  };
}
