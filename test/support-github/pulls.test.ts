/** Pull requests, reviews and checks, on real commits. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asInstallation, type Octokit, octokitWith } from '#test/support/github/clients.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

const at = { owner: 'acme', repo: 'widgets' };
const name = 'acme/widgets';
let github: LocalGitHub;
let octokit: Octokit;
let branch = '';
let count = 0;

beforeAll(async () => {
  github = await startLocalGitHub();
  await github.createRepository({
    owner: 'acme',
    name: 'widgets',
    files: { 'a.txt': '1\n2\n3\n4\n5\n6\n7\n8\n9\n' },
  });
  github.grant(name, 'alice', 'write');
  octokit = await asInstallation(github, 'acme');
});

beforeEach(async () => {
  count += 1;
  branch = `topic-${count}`;
  await github.as('alice').push(name, branch, { [`new-${count}.txt`]: 'a\nb\n' });
});

afterAll(async () => {
  expect(github.contractViolations).toEqual([]);
  await github.close();
});

const open = async (extra: { draft?: boolean } = {}) =>
  (await octokit.rest.pulls.create({ ...at, title: `Pull ${count}`, head: branch, base: 'main', ...extra }))
    .data;

describe('opening', () => {
  it('shows the real change, and mergeable only on the second look', async () => {
    const pull = await open();
    expect(pull).toMatchObject({
      mergeable: null,
      commits: 1,
      additions: 2,
      deletions: 0,
      changed_files: 1,
      draft: false,
    });
    const read = async () => (await octokit.rest.pulls.get({ ...at, pull_number: pull.number })).data;
    expect((await read()).mergeable).toBeNull();
    expect(await read()).toMatchObject({ mergeable: true, mergeable_state: 'clean' });
    await github.as('alice').push(name, branch, { 'a.txt': 'other\n' });
    await github.as('acme').push(name, 'main', { 'a.txt': `clash ${count}\n` });
    expect((await read()).mergeable).toBeNull();
    expect(await read()).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    await expect(octokit.rest.pulls.merge({ ...at, pull_number: pull.number })).rejects.toMatchObject({
      status: 405,
    });
  });

  it('finds it by head, and refuses a second one', async () => {
    const pull = await open();
    const found = await octokit.rest.pulls.list({ ...at, head: `acme:${branch}`, state: 'open' });
    expect(found.data.map((each) => each.number)).toEqual([pull.number]);
    await expect(open()).rejects.toThrow(`A pull request already exists for acme:${branch}.`);
  });

  it('refuses unknown and unchanged branches', async () => {
    const create = (head: string) => octokit.rest.pulls.create({ ...at, title: 'x', head, base: 'main' });
    await expect(create('nowhere')).rejects.toMatchObject({ status: 422 });
    const main = (await github.branches(name))['main'] ?? '';
    await octokit.rest.git.createRef({ ...at, ref: `refs/heads/same-${count}`, sha: main });
    await expect(create(`same-${count}`)).rejects.toThrow(/No commits between main and same/);
  });

  it('refuses drafts in private repositories of a free plan', async () => {
    await github.createRepository({ owner: 'poor', name: 'thing', private: true, plan: 'free' });
    await github.as('poor').push('poor/thing', 'topic', { 'x.txt': 'x\n' });
    const poor = await asInstallation(github, 'poor');
    const input = { owner: 'poor', repo: 'thing', title: 'x', head: 'topic', base: 'main' };
    await expect(poor.rest.pulls.create({ ...input, draft: true })).rejects.toThrow(
      /Draft pull requests are not supported/,
    );
    expect((await poor.rest.pulls.create(input)).status).toBe(201);
  });

  it('appears among the issues, and takes labels and comments there', async () => {
    const pull = await open();
    const issue = await octokit.rest.issues.get({ ...at, issue_number: pull.number });
    expect(issue.data.pull_request?.url).toBe(pull.url);
    await octokit.rest.issues.addLabels({ ...at, issue_number: pull.number, labels: ['agent:review'] });
    await octokit.rest.issues.createComment({ ...at, issue_number: pull.number, body: 'hello' });
    const narrow = await asInstallation(github, 'acme', { permissions: { issues: 'write' } });
    await expect(
      narrow.rest.issues.createComment({ ...at, issue_number: pull.number, body: 'x' }),
    ).rejects.toMatchObject({ status: 403 });
  });
});

describe('merging', () => {
  it.each(['merge', 'squash', 'rebase'] as const)('by %s lands on the base branch', async (merge_method) => {
    const pull = await open();
    await expect(
      octokit.rest.pulls.merge({ ...at, pull_number: pull.number, sha: '0'.repeat(40) }),
    ).rejects.toMatchObject({ status: 409 });
    const { data } = await octokit.rest.pulls.merge({ ...at, pull_number: pull.number, merge_method });
    expect((await github.branches(name))['main']).toBe(data.sha);
    expect(await github.readFile(name, 'main', `new-${count}.txt`)).toBe('a\nb\n');
    const { data: after } = await octokit.rest.pulls.get({ ...at, pull_number: pull.number });
    expect(after).toMatchObject({ merged: true, state: 'closed', merge_commit_sha: data.sha });
    expect((await octokit.rest.repos.getCommit({ ...at, ref: 'main' })).data.parents).toHaveLength(
      merge_method === 'merge' ? 2 : 1,
    );
  });

  it('goes into a protected branch and closes the linked issue', async () => {
    github.protect(name, 'main');
    const issue = github.as('alice').openIssue(name, { title: 'Wish' });
    const pull = await open();
    await octokit.rest.pulls.update({ ...at, pull_number: pull.number, body: `Fixes #${issue.number}` });
    await octokit.rest.pulls.merge({ ...at, pull_number: pull.number });
    expect(issue).toMatchObject({ state: 'closed', stateReason: 'completed' });
  });

  it('waits for a draft to be ready, and for the head branch to exist', async () => {
    const pull = await open({ draft: true });
    await expect(octokit.rest.pulls.merge({ ...at, pull_number: pull.number })).rejects.toThrow(
      /still a draft/,
    );
    github.as('alice').markReady(name, pull.number);
    await octokit.rest.git.deleteRef({ ...at, ref: `heads/${branch}` });
    expect(github.pull(name, pull.number).issue.state).toBe('closed');
    await expect(
      octokit.rest.pulls.update({ ...at, pull_number: pull.number, state: 'open' }),
    ).rejects.toMatchObject({ status: 422 });
  });
});

describe('reviews', () => {
  it('of an app on its own pull request can only comment', async () => {
    const { number: pull_number } = await open();
    for (const event of ['APPROVE', 'REQUEST_CHANGES'] as const)
      await expect(octokit.rest.pulls.createReview({ ...at, pull_number, event, body: 'b' })).rejects.toThrow(
        /your own pull request/,
      );
    const { data } = await octokit.rest.pulls.createReview({
      ...at,
      pull_number,
      event: 'COMMENT',
      body: 'A thought',
    });
    expect(data.state).toBe('COMMENTED');
    await github.as('bob').review(name, pull_number, { event: 'APPROVE' });
    const listed = await octokit.rest.pulls.listReviews({ ...at, pull_number });
    expect(listed.data.map((each) => each.state)).toEqual(['COMMENTED', 'APPROVED']);
  });

  it('stand on the diff or not at all', async () => {
    await github.createRepository({
      owner: 'acme',
      name: `lines-${count}`,
      files: { 'l.txt': lines(1, 40) },
    });
    const repo = { owner: 'acme', repo: `lines-${count}` };
    const full = `acme/lines-${count}`;
    await github.as('acme').push(full, 'topic', { 'l.txt': `${lines(1, 19)}twenty\n${lines(21, 40)}` });
    const { data: pull } = await octokit.rest.pulls.create({
      ...repo,
      title: 'L',
      head: 'topic',
      base: 'main',
    });
    const comment = (line: number, side: 'LEFT' | 'RIGHT' = 'RIGHT', path = 'l.txt') =>
      octokit.rest.pulls.createReviewComment({
        ...repo,
        pull_number: pull.number,
        commit_id: pull.head.sha,
        path,
        line,
        side,
        body: 'c',
      });
    expect((await comment(20)).data).toMatchObject({ line: 20, side: 'RIGHT', path: 'l.txt' });
    expect((await comment(20, 'LEFT')).data.diff_hunk).toMatch(/-20$/);
    await expect(comment(2)).rejects.toThrow(/must be part of the diff/);
    await expect(comment(20, 'RIGHT', 'other.txt')).rejects.toMatchObject({ status: 422 });
    const review = octokit.rest.pulls.createReview({
      ...repo,
      pull_number: pull.number,
      event: 'COMMENT',
      body: 'b',
      comments: [{ path: 'l.txt', line: 39, body: 'c' }],
    });
    await expect(review).rejects.toThrow(/Line could not be resolved/);
    expect(github.reviewComments(full, pull.number)).toHaveLength(2);
    expect(
      (await octokit.rest.pulls.listReviewComments({ ...repo, pull_number: pull.number })).data,
    ).toHaveLength(2);
  });

  it('are asked of people, not of the author', async () => {
    const { number: pull_number } = await open();
    const { data } = await octokit.rest.pulls.requestReviewers({ ...at, pull_number, reviewers: ['alice'] });
    expect(data.requested_reviewers?.map((user) => user.login)).toEqual(['alice']);
    await expect(
      octokit.rest.pulls.requestReviewers({ ...at, pull_number, reviewers: ['prlt[bot]'] }),
    ).rejects.toMatchObject({ status: 422 });
  });
});

describe('checks', () => {
  it('belong to a commit and to the app that made them', async () => {
    const pull = await open();
    await expect(
      octokit.rest.checks.create({ ...at, name: 'prlt', head_sha: 'f'.repeat(40) }),
    ).rejects.toThrow(/No commit found/);
    const created = await octokit.rest.checks.create({
      ...at,
      name: 'prlt',
      head_sha: pull.head.sha,
      status: 'in_progress',
      external_id: 'run-1',
    });
    expect(created.data).toMatchObject({
      status: 'in_progress',
      conclusion: null,
      pull_requests: [{ number: pull.number }],
    });
    const updated = await octokit.rest.checks.update({
      ...at,
      check_run_id: created.data.id,
      conclusion: 'success',
      output: { title: 'Done', summary: 'Fine' },
      actions: [{ label: 'Again', description: 'Run it again', identifier: 'again' }],
    });
    expect(updated.data).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      output: { title: 'Done' },
    });
    const build = await github
      .as('alice')
      .reportCheck(name, pull.head.sha, { name: 'build', conclusion: 'failure', summary: 'red' });
    await expect(
      octokit.rest.checks.update({ ...at, check_run_id: build.id, conclusion: 'success' }),
    ).rejects.toMatchObject({ status: 403 });
    const named = await octokit.rest.checks.listForRef({ ...at, ref: pull.head.sha, check_name: 'prlt' });
    expect(named.data).toMatchObject({
      total_count: 1,
      check_runs: [{ external_id: 'run-1', app: { slug: 'prlt' } }],
    });
    expect((await octokit.rest.checks.listForRef({ ...at, ref: branch })).data.total_count).toBe(2);
  });

  it('take at most three actions with short labels', async () => {
    const { head } = await open();
    const action = { label: 'L', description: 'D', identifier: 'i' };
    const create = (actions: (typeof action)[]) =>
      octokit.rest.checks.create({
        ...at,
        name: 'prlt',
        head_sha: head.sha,
        status: 'completed',
        conclusion: 'neutral',
        actions,
      });
    await expect(create([action, action, action, action])).rejects.toMatchObject({ status: 422 });
    await expect(create([{ ...action, label: 'x'.repeat(21) }])).rejects.toMatchObject({ status: 422 });
    await expect(
      octokit.rest.checks.create({ ...at, name: 'prlt', head_sha: head.sha, status: 'completed' } as never),
    ).rejects.toMatchObject({ status: 422 });
  });

  it('statuses add up by context', async () => {
    const { head } = await open();
    expect(await combined(head.sha)).toMatchObject({ state: 'pending', total_count: 0 });
    const alice = octokitWith(github, github.tokenFor('alice'));
    const set = (state: 'failure' | 'success', context: string) =>
      alice.rest.repos.createCommitStatus({ ...at, sha: head.sha, state, context });
    await set('failure', 'build');
    await set('success', 'lint');
    expect(await combined(head.sha)).toMatchObject({ state: 'failure', total_count: 2 });
    await set('success', 'build');
    expect(await combined(head.sha)).toMatchObject({ state: 'success', total_count: 2 });
  });
});

const combined = async (ref: string) =>
  (await octokit.rest.repos.getCombinedStatusForRef({ ...at, ref })).data;

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('');
}
