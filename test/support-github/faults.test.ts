/** Faults of the API and of git, rate limits, and the log that scenarios count with. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asInstallation, type Octokit } from '#test/support/github/clients.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

const at = { owner: 'acme', repo: 'widgets' };
const name = 'acme/widgets';
let github: LocalGitHub;
let octokit: Octokit;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.now();
  github = await startLocalGitHub({ clock: () => nowMs });
  await github.createRepository({ owner: 'acme', name: 'widgets' });
  github.as('alice').openIssue(name, { title: 'One' });
  octokit = await asInstallation(github, 'acme');
});

afterEach(async () => {
  expect(github.contractViolations).toEqual([]);
  await github.close();
});

const comment = () => octokit.rest.issues.createComment({ ...at, issue_number: 1, body: 'hi' });

describe('faults', () => {
  it('refuse before anything happens', async () => {
    const fault = github.faults.add({
      when: { method: 'POST', path: /comments$/ },
      times: 2,
      do: { status: 502 },
    });
    await expect(comment()).rejects.toMatchObject({ status: 502 });
    await expect(comment()).rejects.toMatchObject({ status: 502 });
    await comment();
    expect(fault.hits).toBe(2);
    expect(github.comments(name, 1)).toHaveLength(1);
    expect(github.notifications()).toHaveLength(1);
  });

  it('lose the answer after applying', async () => {
    github.faults.add({ when: { path: /comments$/ }, times: 1, do: { applyThen: 'reset' } });
    await expect(comment()).rejects.toMatchObject({ status: 500 });
    github.faults.add({ when: { path: /comments$/ }, times: 1, do: { applyThen: 503 } });
    await expect(comment()).rejects.toMatchObject({ status: 503 });
    expect(github.comments(name, 1)).toHaveLength(2);
    expect(github.notifications()).toHaveLength(2);
  });

  it('cut the line, wait, and end when removed', async () => {
    const cut = github.faults.add({ when: {}, do: 'reset' });
    await expect(comment()).rejects.toMatchObject({ status: 500 });
    cut.remove();
    github.faults.add({ when: { path: /comments$/ }, times: 1, do: { delayMs: 60 } });
    const started = performance.now();
    await comment();
    expect(performance.now() - started).toBeGreaterThan(50);
    expect(github.comments(name, 1)).toHaveLength(1);
  });

  it('reach git as well', async () => {
    const list = () => promisify(execFile)('git', ['ls-remote', `${github.url}/${name}.git`]);
    github.faults.add({ when: { git: true }, times: 1, do: { status: 503 } });
    await expect(list()).rejects.toThrow(/503/);
    expect((await list()).stdout).toContain('refs/heads/main');
  });
});

describe('limits', () => {
  it('refuse once the hour is used up, until it resets', async () => {
    github.limits.primary({ remaining: 1, resetAt: nowMs + 5_000 });
    await comment();
    const refused = await comment().catch((error) => error);
    expect(refused.status).toBe(403);
    expect(refused.response.headers).toMatchObject({
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil((nowMs + 5_000) / 1000)),
    });
    nowMs += 5_001;
    await comment();
  });

  it('come without warning, with or without a Retry-After', async () => {
    github.limits.secondary({ retryAfter: 7 });
    const refused = await comment().catch((error) => error);
    expect(refused.message).toMatch(/secondary rate limit/);
    expect(refused.response.headers['retry-after']).toBe('7');
    nowMs += 7_001;
    await comment();
    github.limits.secondary();
    expect((await comment().catch((error) => error)).response.headers['retry-after']).toBeUndefined();
    nowMs += 60_001;
    await comment();
  });
});

it('the log tells reads from writes and edits from news', async () => {
  const { data } = await comment();
  await octokit.rest.issues.updateComment({ ...at, comment_id: data.id, body: 'edited' });
  await octokit.rest.issues.get({ ...at, issue_number: 1 });
  await octokit.rest.issues.addLabels({ ...at, issue_number: 1, labels: ['x'] });
  expect(github.writes().map((each) => each.method)).toEqual(['POST', 'PATCH', 'POST']);
  expect(github.notifications().map((each) => each.path)).toEqual(['/repos/acme/widgets/issues/1/comments']);
  expect(github.requests.at(-1)).toMatchObject({ actor: 'prlt[bot]', status: 200, body: { labels: ['x'] } });
});
