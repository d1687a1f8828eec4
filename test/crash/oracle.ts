/** What must hold after every crash: everything was done once, and nothing is left over. Each breach is a sentence. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { createHostRuntime } from '#src/runtimes/host/runtime.ts';
import type { LocalGitHub } from '#test/support/github/local-github.ts';
import { containers, volumes } from '#test/support/machine.ts';

/** What the service has open in its database. */
export function unsettled(dataDir: string): string[] {
  const found: string[] = [];
  const database = new Database(join(dataDir, 'prlt.db'), { readonly: true });
  const count = (what: string, sql: string, ...values: unknown[]) => {
    const rows = database.prepare(sql).all(...values) as Record<string, unknown>[];
    for (const row of rows) found.push(`${what}: ${Object.values(row).join(' ')}`);
  };
  try {
    // A status comment that waits for its time to be edited again is no work left over.
    count(
      'effect',
      "select key, state, error from effects where state in ('intended', 'sent') and not (kind = 'status-comment' and receipt is not null and not_before > ?)",
      Date.now(),
    );
    count('event', 'select id from events where done = 0');
    count('delivery', "select guid, event, state from deliveries where state <> 'done'");
    count('open run', "select id, state from runs where state <> 'over'");
    count('status', "select key, state from effects where kind = 'status-comment' and receipt is null");
  } finally {
    database.close();
  }
  return found;
}

/** Files, sockets, containers and volumes of runs. @param more what of them is wanted, such as a branch under review */
export async function leftovers(dataDir: string, runtime: 'docker' | 'host'): Promise<string[]> {
  const names = (path: string) => {
    try {
      return readdirSync(join(dataDir, path)).map((name) => `${path}/${name}`);
    } catch {
      return [];
    }
  };
  const files = [...names('handover'), ...names('s')];
  if (runtime === 'docker') {
    const left = await containers(dataDir);
    return [
      ...files,
      ...left.map(({ id, state }) => `container ${id} ${state}`),
      ...(await volumes(dataDir)).map((name) => `volume ${name}`),
    ];
  }
  const root = join(dataDir, 'host');
  const host = createHostRuntime({ root, shimEntry: '', log: pino({ level: 'silent' }) });
  const alive = (await host.observe()).map(({ run, state }) => `process of run ${run} ${state}`);
  return [...files, ...names('host/workspaces'), ...names('host/runs'), ...alive];
}

export interface Expected {
  pulls: number;
  branches: number;
  label?: string;
  kept: number;
  /** Runs of the item, at most. */
  runs: number;
  /** The workspace of a container that was killed cannot be handed over: nothing may be kept of it. */
  mayLose?: boolean;
}

/** What GitHub and the database have against the expectation. */
export async function breaches(
  github: LocalGitHub,
  dataDir: string,
  { repo, issue }: { repo: string; issue: number },
  expected: Expected,
): Promise<string[]> {
  const found: string[] = [];
  const expect = (what: string, is: unknown, wanted: unknown) => {
    if (is !== wanted) found.push(`${what}: ${String(is)}, not ${String(wanted)}`);
  };
  const branches = Object.keys(await github.branches(repo));
  expect('branches', branches.length, expected.branches);
  expect('pull requests', github.pulls(repo).length, expected.pulls);
  const comments = github.comments(repo, issue).map(({ body }) => body);
  const markers = comments.flatMap((body) => /<!-- prlt:[^>]+-->/.exec(body)?.[0] ?? []);
  expect('status comments', markers.filter((one) => one.includes('prlt:status')).length, 1);
  expect('comments with a marker of their own', new Set(markers).size, markers.length);
  const worn = github.labels(repo, issue).filter((name) => name.startsWith('agent:'));
  expect('labels', worn.join(' '), expected.label ?? '');
  for (const path of twice(github)) found.push(`made twice: ${path}`);
  for (const one of github.contractViolations) found.push(`contract: ${JSON.stringify(one).slice(0, 300)}`);

  const database = new Database(join(dataDir, 'prlt.db'), { readonly: true });
  try {
    expect('integrity', database.pragma('integrity_check', { simple: true }), 'ok');
    const { id, facts } = database
      .prepare("select id, facts from items where json_extract(facts, '$.number') = ?")
      .get(issue) as { id: string; facts: string };
    const { runs } = database.prepare('select count(*) as runs from runs where item = ?').get(id) as {
      runs: number;
    };
    if (runs < 1 || runs > expected.runs) found.push(`runs: ${runs}, not 1 to ${expected.runs}`);
    const dropped = database
      .prepare(
        "select key, error from effects where state = 'dropped' and kind not in ('set-check', 'launch-run')",
      )
      .all() as { key: string; error: string }[];
    for (const { key, error } of dropped) found.push(`given up: ${key} (${error})`);
    const { kept } = database
      .prepare('select count(*) as kept from events where body like \'%"work_kept"%\'')
      .get() as { kept: number };
    if (kept !== 0 || !expected.mayLose) expect('work kept', kept, expected.kept);
    const { run, losses } = JSON.parse(facts) as { run?: { attempt: number }; losses: number };
    expect('attempt', run?.attempt, 1);
    if (losses > expected.runs - 1) found.push(`runs lost: ${losses}`);
  } finally {
    database.close();
  }
  return found;
}

/** Creating writes that GitHub carried out more than once with the same body. */
function twice(github: LocalGitHub): string[] {
  const made = github
    .writes()
    .filter(({ method, status, applied }) => method === 'POST' && status === 201 && applied)
    .map(({ path, body }) => `${path} ${JSON.stringify(body)?.slice(0, 200)}`);
  return made.filter((one, index) => made.indexOf(one) < index);
}
