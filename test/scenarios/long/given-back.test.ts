/** What GitHub refused for a while is made up for when it is allowed again: labels, the status comment, the check. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

const forever = 'echo begun > begun.txt; sleep 300\n';
const change = 'echo change > change.txt\n';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent: forever, runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '8' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const comment = (full: string, issue: number) => statusComments(stage, full, issue)[0] ?? '';

async function atWork(owner: string) {
  const full = await addRepository(stage, 'work', { agent: forever, owner });
  const issue = ask(stage, full, 'Work on it');
  await stage.until('it works', () => comment(full, issue).includes('Working'));
  return { full, issue };
}

const shownAsStopped = async (full: string, issue: number) => {
  await stage.until('the comment says so', () => comment(full, issue).includes('Stopped'));
  await stage.until('no label is left', () => stage.github.labels(full, issue).length === 0);
};

it.concurrent('an installation that was suspended', async () => {
  const { github, prlt, until } = stage;
  const { full, issue } = await atWork('sleepers');
  github.suspend('sleepers');
  await until('it was refused', () => /"effect":"[^"]*set-labels"/.test(prlt.log()));
  github.unsuspend('sleepers');
  await shownAsStopped(full, issue);
});

it.concurrent('a repository that was archived', async () => {
  const { github, until } = stage;
  const { full, issue } = await atWork('archivists');
  const before = github.requests.length;
  github.archiveRepository(full);
  await until('a label was refused', () =>
    github.requests
      .slice(before)
      .some(
        ({ path, status }) => path.startsWith(`/repos/${full}/`) && path.includes('labels') && status === 403,
      ),
  );
  github.archiveRepository(full, false);
  await shownAsStopped(full, issue);
});

it.concurrent('the permission for checks; until then the status comment says what is missing', async () => {
  const { github, until } = stage;
  const owner = 'uncheckers';
  const full = await addRepository(stage, 'work', { agent: change, owner });
  const installation = github.installation(owner);
  const { checks: _, ...others } = installation.permissions;
  installation.permissions = { ...others, checks: 'read' };
  github.expireTokens();
  const issue = ask(stage, full, 'Do');
  await ended(stage, full, issue, 'agent:review');
  await until('it is said', () => comment(full, issue).includes('PERMISSION_MISSING: the check `prlt`'));
  expect(comment(full, issue)).toContain('Ready for review');
  github.acceptPermissions(owner, { ...others, checks: 'write' });
  github.expireTokens();
  await until('the check', () => github.checkRuns(full, github.pulls(full)[0]?.headSha).length === 1);
  await until('it is no longer said', () => !comment(full, issue).includes('PERMISSION_MISSING'));
});
