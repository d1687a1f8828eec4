/** Weeks later: the service has forgotten how an item went, and people go on with it as if nothing were. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { select } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const month = 30 * 86_400_000;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({
    agent: 'echo "working on $PRLT_ITEM_KEY"; echo change >> change.txt',
    runtime: 'host',
  });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const rows = (table: string) =>
  Number(select(stage.prlt.dataDir, `select count(*) as n from ${table}`)[0]?.['n']);

const keptRefs = (name: string) =>
  execFileSync('git', ['for-each-ref', 'refs/prlt'], { cwd: stage.github.git(name), encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

/** All that the service wrote happened a month ago. */
function age(dataDir: string): void {
  const database = new Database(join(dataDir, 'prlt.db'));
  for (const [table, column] of [
    ['deliveries', 'received_at'],
    ['events', 'at'],
    ['effects', 'updated_at'],
    ['runs', 'heard_at'],
  ])
    database.prepare(`update ${table} set ${column} = ${column} - ?`).run(month);
  database.close();
}

it('is forgotten after a month, and retried with one comment and a second pull request', async () => {
  const { github, prlt, until } = stage;
  const alice = github.as('alice');
  const issue = ask(stage, repo, 'Do it');
  await ended(stage, repo, issue, 'agent:review');
  await alice.closePull(repo, github.pulls(repo)[0]?.issue.number ?? 0);
  await until('no label', () => github.labels(repo, issue).length === 0);
  const under = ask(stage, repo, 'Review me');
  await ended(stage, repo, under, 'agent:review');
  const failing = await addRepository(stage, 'failing', {
    agent: 'echo half > half.txt; exit 3',
    config: 'limits: { attempts: 1 }\n',
  });
  const failed = ask(stage, failing, 'Fail');
  await until('the work is kept', () => statusComments(stage, failing, failed)[0]?.includes('refs/prlt/'));
  expect(keptRefs(failing)).toHaveLength(1);
  const kept = join(prlt.dataDir, 'kept');
  await mkdir(kept, { recursive: true });
  await writeFile(join(kept, 'old.bundle'), 'work');
  await utimes(join(kept, 'old.bundle'), new Date(0), new Date(0));

  expect(await prlt.end('SIGTERM')).toBe(0);
  expect(rows('runs')).toBe(3);
  age(prlt.dataDir);
  await prlt.start();

  await until('the forgetting', () => prlt.log().includes('what was old enough was forgotten'), 60);
  const items = select(prlt.dataDir, 'select number, run from items order by repo, number');
  expect(items).toHaveLength(3);
  // What is under review keeps its run, its workspace, and its words.
  expect(select(prlt.dataDir, 'select id from runs')).toEqual([{ id: items[1]?.['run'] }]);
  expect(select(prlt.dataDir, 'select distinct run from run_events')).toEqual([{ run: items[1]?.['run'] }]);
  expect(await readdir(join(prlt.dataDir, 'host', 'workspaces'))).toHaveLength(1);
  expect(await readdir(kept)).toEqual([]);
  await until('the kept ref is gone', () => keptRefs(failing).length === 0);

  alice.comment(repo, issue, '/prlt peek');
  await until('an answer', () =>
    github
      .comments(repo, issue)
      .some(({ body }) => /ended more than 14 days ago|Nothing has been heard/.test(body)),
  );
  alice.comment(repo, issue, '/prlt retry');
  await ended(stage, repo, issue, 'agent:review');
  const branches = github.pulls(repo).map(({ headRef }) => headRef);
  expect(branches).toEqual([
    'GH-1/feat/bezos/widgets/do-it',
    expect.stringMatching(/^GH-3\//),
    'GH-1/feat/bezos/widgets/do-it-2',
  ]);
  expect(statusComments(stage, repo, issue)).toHaveLength(1);
  alice.closeIssue(repo, issue, 'not_planned');
  await until('no label', () => github.labels(repo, issue).length === 0);
  expect(statusComments(stage, repo, under)).toHaveLength(1);
}, 180_000);
