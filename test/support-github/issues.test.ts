/** Issues, comments, labels, reactions and relations, through a real Octokit. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asInstallation, type Octokit } from '#test/support/github/clients.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

const at = { owner: 'acme', repo: 'widgets' };
const name = 'acme/widgets';
let github: LocalGitHub;
let octokit: Octokit;

beforeAll(async () => {
  github = await startLocalGitHub();
  await github.createRepository({ owner: 'acme', name: 'widgets' });
  octokit = await asInstallation(github, 'acme');
});

afterAll(async () => {
  expect(github.contractViolations).toEqual([]);
  await github.close();
});

describe('issues', () => {
  it('shows what the app wrote as written by its bot, with ids beyond 32 bits', async () => {
    const { data } = await octokit.rest.issues.create({ ...at, title: 'Add a door', labels: ['size:small'] });
    expect(data.id).toBeGreaterThan(2 ** 32);
    expect(data.user).toMatchObject({ login: 'prlt[bot]', type: 'Bot' });
    expect(data.performed_via_github_app?.slug).toBe('prlt');
    expect(data.author_association).toBe('NONE');
    expect(github.labels(name, data.number)).toEqual(['size:small']);
  });

  it('closes with a reason and opens again', async () => {
    const { number } = github.as('alice').openIssue(name, { title: 'Close me' });
    const closed = await octokit.rest.issues.update({
      ...at,
      issue_number: number,
      state: 'closed',
      state_reason: 'not_planned',
    });
    expect(closed.data).toMatchObject({
      state: 'closed',
      state_reason: 'not_planned',
      closed_by: { login: 'prlt[bot]' },
    });
    const reopened = await octokit.rest.issues.update({ ...at, issue_number: number, state: 'open' });
    expect(reopened.data).toMatchObject({ state: 'open', state_reason: 'reopened', closed_at: null });
  });

  it('remembers who labelled, renamed and closed, in order', async () => {
    github.grant(name, 'carol', 'triage');
    const { number } = github.as('dave').openIssue(name, { title: 'Old' });
    github.as('carol').label(name, number, 'size:small');
    github.as('dave').editIssue(name, number, { title: 'New' });
    await octokit.rest.issues.removeLabel({ ...at, issue_number: number, name: 'size:small' });
    github.as('carol').closeIssue(name, number);
    const { data } = await octokit.rest.issues.listEvents({ ...at, issue_number: number });
    expect(data).toMatchObject([
      { event: 'labeled', actor: { login: 'carol' }, label: { name: 'size:small' } },
      { event: 'renamed', actor: { login: 'dave' }, rename: { from: 'Old', to: 'New' } },
      { event: 'unlabeled', actor: { login: 'prlt[bot]', type: 'Bot' } },
      { event: 'closed', actor: { login: 'carol' } },
    ]);
  });

  it('refuses what GitHub would refuse', async () => {
    await expect(
      octokit.request('POST /repos/{owner}/{repo}/issues', { ...at } as never),
    ).rejects.toMatchObject({ status: 422 });
    await expect(octokit.rest.issues.create({ ...at, title: 'x', body: 'y'.repeat(65_537) })).rejects.toThrow(
      /65536/,
    );
    await expect(octokit.rest.issues.get({ ...at, issue_number: 999 })).rejects.toMatchObject({
      status: 404,
    });
    await expect(octokit.request('GET /repos/acme/widgets/issues/abc')).rejects.toMatchObject({
      status: 404,
    });
    await expect(octokit.request('GET /repos/acme/widgets/no-such-thing')).rejects.toMatchObject({
      status: 404,
    });
  });

  it('answers 410 for a deleted issue and redirects a transferred one', async () => {
    await github.createRepository({ owner: 'acme', name: 'attic' });
    const owner = github.as('acme');
    const gone = owner.openIssue(name, { title: 'Delete me' });
    owner.deleteIssue(name, gone.number);
    await expect(octokit.rest.issues.get({ ...at, issue_number: gone.number })).rejects.toMatchObject({
      status: 410,
    });
    const moved = owner.openIssue(name, { title: 'Move me' });
    owner.transferIssue(name, moved.number, 'acme/attic');
    const { data } = await octokit.rest.issues.get({ ...at, issue_number: moved.number });
    expect(data.html_url).toContain('/acme/attic/issues/1');
  });

  it('lists by state and label, page by page', async () => {
    await github.createRepository({ owner: 'acme', name: 'many' });
    const alice = github.as('alice');
    github.grant('acme/many', 'alice', 'triage');
    for (let index = 0; index < 5; index += 1)
      alice.openIssue('acme/many', { title: `n${index}`, labels: ['a'] });
    alice.closeIssue('acme/many', 1);
    const many = { owner: 'acme', repo: 'many' };
    const all = await octokit.paginate(octokit.rest.issues.listForRepo, {
      ...many,
      state: 'all',
      per_page: 2,
    });
    expect(all.map((issue) => issue.number)).toEqual([5, 4, 3, 2, 1]);
    expect((await octokit.rest.issues.listForRepo({ ...many, labels: 'a' })).data).toHaveLength(4);
    expect((await octokit.rest.issues.listForRepo({ ...many, labels: 'b' })).data).toHaveLength(0);
  });
});

describe('comments', () => {
  it('are created, edited and deleted', async () => {
    const { number } = github.as('alice').openIssue(name, { title: 'Talk' });
    const { data } = await octokit.rest.issues.createComment({ ...at, issue_number: number, body: 'One' });
    await octokit.rest.issues.updateComment({ ...at, comment_id: data.id, body: 'Two' });
    expect(github.comments(name, number).map((comment) => comment.body)).toEqual(['Two']);
    expect((await octokit.rest.issues.getComment({ ...at, comment_id: data.id })).data.body).toBe('Two');
    await octokit.rest.issues.deleteComment({ ...at, comment_id: data.id });
    expect((await octokit.rest.issues.listComments({ ...at, issue_number: number })).data).toEqual([]);
  });

  it('are closed to people without write access once locked, not to the app', async () => {
    const { number } = github.as('alice').openIssue(name, { title: 'Lock me' });
    github.as('acme').lock(name, number);
    expect(() => github.as('mallory').comment(name, number, 'spam')).toThrow(/locked/);
    await octokit.rest.issues.createComment({ ...at, issue_number: number, body: 'fine' });
    expect(github.comments(name, number)).toHaveLength(1);
  });
});

describe('labels', () => {
  it('are made on first use and compare without case', async () => {
    const { number } = github.as('alice').openIssue(name, { title: 'Label me' });
    await octokit.rest.issues.addLabels({ ...at, issue_number: number, labels: ['agent:working'] });
    await octokit.rest.issues.addLabels({ ...at, issue_number: number, labels: ['Agent:Working'] });
    expect(github.labels(name, number)).toEqual(['agent:working']);
    await octokit.rest.issues.setLabels({ ...at, issue_number: number, labels: ['agent:review'] });
    expect(github.labels(name, number)).toEqual(['agent:review']);
    await octokit.rest.issues.removeLabel({ ...at, issue_number: number, name: 'agent:review' });
    await expect(
      octokit.rest.issues.removeLabel({ ...at, issue_number: number, name: 'agent:review' }),
    ).rejects.toThrow(/Label does not exist/);
  });

  it('have names of at most fifty characters, once each', async () => {
    await expect(octokit.rest.issues.createLabel({ ...at, name: 'x'.repeat(51) })).rejects.toMatchObject({
      status: 422,
    });
    await octokit.rest.issues.createLabel({ ...at, name: 'agent:failed', color: 'b60205' });
    await expect(octokit.rest.issues.createLabel({ ...at, name: 'agent:failed' })).rejects.toThrow(
      /already_exists/,
    );
  });

  it('are for people with triage rights', () => {
    const { number } = github.as('alice').openIssue(name, { title: 'Hands off', labels: ['bug'] });
    expect(github.labels(name, number)).toEqual([]);
    expect(() => github.as('mallory').label(name, number, 'agent:ready')).toThrow(/triage/);
  });
});

it('reactions answer 201 once and 200 after, for issues and comments', async () => {
  const { number } = github.as('alice').openIssue(name, { title: 'React' });
  const eyes = { ...at, issue_number: number, content: 'eyes' as const };
  expect((await octokit.rest.reactions.createForIssue(eyes)).status).toBe(201);
  expect((await octokit.rest.reactions.createForIssue(eyes)).status).toBe(200);
  const comment = github.as('alice').comment(name, number, '/prlt start');
  await octokit.rest.reactions.createForIssueComment({ ...at, comment_id: comment.id, content: 'rocket' });
  expect(github.reactions(name, number, comment.id).map((each) => each.content)).toEqual(['rocket']);
  expect((await octokit.rest.reactions.listForIssue({ ...at, issue_number: number })).data).toHaveLength(1);
});

it('knows roles in both words', async () => {
  github.grant(name, 'tina', 'triage');
  const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'tina' });
  expect(data).toMatchObject({ permission: 'read', role_name: 'triage', user: { login: 'tina' } });
  await expect(
    octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'nobody-at-all' }),
  ).rejects.toMatchObject({ status: 404 });
});

it('links parents, sub-issues and blockers', async () => {
  const alice = github.as('alice');
  const [parent, child] = [alice.openIssue(name, { title: 'P' }), alice.openIssue(name, { title: 'C' })];
  const of = (issue: { number: number }) => ({ ...at, issue_number: issue.number });
  await expect(
    octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}/parent', of(child)),
  ).rejects.toMatchObject({ status: 404 });
  alice.addSubIssue(parent, child);
  const found = await octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}/parent', of(child));
  expect(found.data.number).toBe(parent.number);
  const subs = await octokit.request(
    'GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues',
    of(parent),
  );
  expect(subs.data.map((issue) => issue.number)).toEqual([child.number]);
  await octokit.rest.issues.addBlockedByDependency({ ...of(child), issue_id: parent.id });
  expect((await octokit.rest.issues.listDependenciesBlockedBy(of(child))).data[0]?.number).toBe(
    parent.number,
  );
  expect((await octokit.rest.issues.listDependenciesBlocking(of(parent))).data[0]?.number).toBe(child.number);
  await octokit.rest.issues.removeDependencyBlockedBy({ ...of(child), issue_id: parent.id });
  expect(child.blockedBy).toEqual([]);
});
