/** GitHub takes requests and never answers, or answers by half: each is given up in time, and nothing is done twice for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, statusComments } from '#test/support/company.ts';
import type { FaultAction } from '#test/support/github/faults.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

const agent = 'echo change > change.txt\n';
const lost: FaultAction = { applyThen: 'silence' };
const cut: FaultAction = { applyThen: 'cut' };

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent, runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '16' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

/** Requests are given up after 20 s, git after a minute without a byte. */
const patience = 110;

describe.concurrent('an item ends in review, with everything there once, when', () => {
  it.each<[string, string, RegExp, FaultAction]>([
    ['reading the configuration is never answered', 'GET', /\/contents\//, 'silence'],
    ['looking up a permission is never answered', 'GET', /\/permission$/, 'silence'],
    ['the labels are never answered', 'POST', /\/labels$/, 'silence'],
    ['the first comment is made and never answered', 'POST', /\/issues\/1\/comments$/, lost],
    ['the answer to the first comment comes by half', 'POST', /\/issues\/1\/comments$/, cut],
    ['an edit of the comment is made and never answered', 'PATCH', /\/issues\/comments\/\d+$/, lost],
    ['the base is never shown', 'GET', /\/branches\/main$/, 'silence'],
    ['the pull request is made and never answered', 'POST', /\/pulls$/, lost],
    ['the answer to the pull request comes by half', 'POST', /\/pulls$/, cut],
    ['the check is made and never answered', 'POST', /\/check-runs$/, lost],
    ['fetching is never answered', 'GET', /git-upload-pack/, 'silence'],
    ['the fetched objects never come', 'POST', /git-upload-pack$/, 'silence'],
    ['the push arrives and is never answered', 'POST', /git-receive-pack$/, lost],
  ])('%s', { timeout: 150_000 }, async (what, method, path, action) => {
    const { github, until } = stage;
    // The comment of a beginning waits for more to show: an edit comes for sure when the agent takes longer than that.
    const work = method === 'PATCH' ? `sleep 6; ${agent}` : agent;
    const owner = what.replaceAll(/\W+/g, '-');
    const name = await addRepository(stage, 'work', { agent: work, owner });
    const where = new RegExp(`/${name}\\b.*${path.source}`);
    const fault = github.faults.add({ when: { method, path: where }, times: 1, do: action });
    const issue = ask(stage, name, 'Do');
    await until('the review', () => github.labels(name, issue).includes('agent:review'), patience);
    await until(
      'the comment says so',
      () => statusComments(stage, name, issue)[0]?.includes('Ready for review'),
      patience,
    );
    const head = github.pulls(name)[0]?.headSha;
    await until('the check', () => github.checkRuns(name, head).length > 0, patience);
    expect(fault.hits).toBe(1);
    expect(statusComments(stage, name, issue)[0]).toContain('1 of 3');
    expect(github.pulls(name)).toHaveLength(1);
    expect(github.comments(name, issue)).toHaveLength(1);
    expect(github.checkRuns(name, head)).toHaveLength(1);
    expect(Object.keys(await github.branches(name))).toHaveLength(2);
  });
});

it('an item ends in review when a token is asked for and never comes', { timeout: 150_000 }, async () => {
  const { github, until } = stage;
  const name = await addRepository(stage, 'work', { agent, owner: 'tokenless' });
  const fault = github.faults.add({ when: { path: /access_tokens$/ }, times: 1, do: 'silence' });
  const issue = ask(stage, name, 'Do');
  await until('the review', () => github.labels(name, issue).includes('agent:review'), patience);
  expect(fault.hits).toBe(1);
  expect(github.pulls(name)).toHaveLength(1);
});
