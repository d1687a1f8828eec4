/** GitHub has a bad hour: nothing fails for it, nothing is done twice, and nothing is sent earlier than GitHub allows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import type { FaultAction } from '#test/support/github/faults.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

const agent = 'echo change > change.txt\n';
const slow = 'sleep 6; echo change > change.txt\n';
const lost: FaultAction = { applyThen: 'reset' };

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent, runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '16' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

/** Waits for the end of the item, and looks that everything is there once and no attempt was used up. */
async function endsWell(name: string, issue: number): Promise<void> {
  const { github, until } = stage;
  const status = await ended(stage, name, issue, 'agent:review');
  expect(status).toContain('1 of 3');
  expect(github.pulls(name)).toHaveLength(1);
  expect(github.comments(name, issue)).toHaveLength(1);
  expect(Object.keys(await github.branches(name))).toHaveLength(2);
  const head = github.pulls(name)[0]?.headSha;
  await until('one check', () => github.checkRuns(name, head).length === 1);
}

describe.concurrent('an item ends in review, with everything there once, when', () => {
  it.each<[string, string, RegExp, FaultAction, number]>([
    ['reading the issue fails', 'GET', /\/issues\/1$/, { status: 502 }, 2],
    ['reading the configuration is cut off', 'GET', /\/contents\//, 'reset', 1],
    ['looking up a permission fails', 'GET', /\/permission$/, { status: 500 }, 2],
    ['the reaction fails', 'POST', /\/reactions$/, { status: 503 }, 2],
    ['the labels fail', 'POST', /\/labels$/, { status: 500 }, 1],
    ['the reply to the first comment is lost', 'POST', /\/issues\/1\/comments$/, lost, 1],
    ['the reply to the comment is an error', 'POST', /\/issues\/1\/comments$/, { applyThen: 502 }, 1],
    ['the reply to the pull request is lost', 'POST', /\/pulls$/, lost, 1],
    ['the reply to the pull request is an error', 'POST', /\/pulls$/, { applyThen: 504 }, 1],
    ['the reply to the check is lost', 'POST', /\/check-runs$/, lost, 1],
    ['fetching fails', 'GET', /git-upload-pack/, { status: 503 }, 1],
    ['fetching is refused', 'GET', /git-upload-pack/, { status: 403 }, 1],
    ['fetching is refused with a new token', 'GET', /git-upload-pack/, { status: 401 }, 2],
    ['fetching is cut off', 'POST', /git-upload-pack$/, 'reset', 1],
    ['pushing fails', 'POST', /git-receive-pack$/, { status: 503 }, 2],
    ['pushing is refused', 'GET', /git-receive-pack/, { status: 403 }, 1],
    ['pushing is asked to wait', 'POST', /git-receive-pack$/, { status: 429 }, 1],
    ['the reply to the push is lost', 'POST', /git-receive-pack$/, lost, 1],
  ])('%s', async (what, method, path, action, times) => {
    // An owner each: one installation writes no more than so many times a minute.
    const name = await addRepository(stage, 'work', { agent, owner: what.replaceAll(/\W+/g, '-') });
    const where = new RegExp(`/${name}\\b.*${path.source}`);
    const fault = stage.github.faults.add({ when: { method, path: where }, times, do: action });
    await endsWell(name, ask(stage, name, 'Do'));
    expect(fault.hits).toBe(times);
  });
});

describe('an item ends in review when', () => {
  it('no token can be minted for a while', async () => {
    const { faults } = stage.github;
    stage.github.expireTokens();
    const path = /access_tokens$/;
    const fault = faults.add({ when: { method: 'POST', path }, times: 3, do: { status: 503 } });
    const name = await addRepository(stage, 'tokenless', { agent, owner: 'tokenless' });
    await endsWell(name, ask(stage, name, 'Do'));
    expect(fault.hits).toBe(3);
  });

  it('an edit of the comment is lost', async () => {
    // Slow, so that there is a comment to edit: that of a beginning waits.
    const name = await addRepository(stage, 'edited', { agent: slow, owner: 'edited' });
    const path = new RegExp(`/${name}/issues/comments/\\d+$`);
    const fault = stage.github.faults.add({ when: { method: 'PATCH', path }, times: 1, do: lost });
    await endsWell(name, ask(stage, name, 'Do'));
    expect(fault.hits).toBe(1);
  });

  it('every token expires while the agent works', async () => {
    const { github, until } = stage;
    const name = await addRepository(stage, 'expiring', { agent: slow, owner: 'expiring' });
    const issue = ask(stage, name, 'Do');
    await until('it works', () => statusComments(stage, name, issue)[0]?.includes('Working'));
    github.expireTokens();
    await endsWell(name, issue);
  });
});

describe('nothing is sent while GitHub asks to wait', () => {
  // The owner of the test before: with a token at hand it is the installation that is told to wait, not the App.
  /** Calls of the installation in a time; those on the way when it was refused do not count. */
  const callsBetween = (from: number, to: number) =>
    stage.github.requests.filter(
      ({ at, kind, path }) => kind === 'api' && !path.startsWith('/app') && at > from && at < to,
    );
  const firstRefusal = (since: number) =>
    stage.until('a refusal', () =>
      stage.github.requests.find(
        ({ at, status, path }) => at >= since && status === 403 && !path.startsWith('/app'),
      ),
    );

  it('some seconds, after a secondary limit that names them', async () => {
    const { github } = stage;
    const name = await addRepository(stage, 'limited', { agent, owner: 'expiring' });
    const begun = Date.now();
    github.limits.secondary({ retryAfter: 3 });
    const issue = ask(stage, name, 'Do');
    const { at } = await firstRefusal(begun);
    await endsWell(name, issue);
    expect(callsBetween(at + 300, begun + 3_000)).toEqual([]);
  });

  it('until the reset of the primary limit', async () => {
    const { github } = stage;
    const name = await addRepository(stage, 'exhausted', { agent, owner: 'expiring' });
    const begun = Date.now();
    const resetAt = (Math.floor(begun / 1000) + 4) * 1000;
    github.limits.primary({ remaining: 0, resetAt });
    const issue = ask(stage, name, 'Do');
    const { at } = await firstRefusal(begun);
    await endsWell(name, issue);
    expect(callsBetween(at + 300, resetAt)).toEqual([]);
  });

  it('a minute, after a secondary limit that names no time', async () => {
    const { github, until, prlt } = stage;
    const begun = Date.now();
    github.limits.secondary();
    ask(stage, 'expiring/expiring', 'Do');
    const { at } = await firstRefusal(begun);
    await until('it waits', () => /asked this installation to wait (59|60) s/.test(prlt.log()));
    const until4s = at + 4_000;
    await until('four quiet seconds', () => Date.now() > until4s);
    expect(callsBetween(at + 300, until4s)).toEqual([]);
  });
});
