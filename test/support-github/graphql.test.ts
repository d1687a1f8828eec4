/** GraphQL on GitHub's own schema. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asInstallation, type Octokit } from '#test/support/github/clients.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

let github: LocalGitHub;
let octokit: Octokit;

beforeAll(async () => {
  github = await startLocalGitHub();
  await github.createRepository({ owner: 'acme', name: 'widgets' });
  await github.as('acme').push('acme/widgets', 'topic', { 'x.txt': 'x\n' });
  await github.as('acme').openPull('acme/widgets', { title: 'Pull', head: 'topic', base: 'main' });
  octokit = await asInstallation(github, 'acme');
});

afterAll(() => github.close());

it('reads a pull request and switches its draft state', async () => {
  const query = `query($n: Int!) { viewer { login } repository(owner: "acme", name: "widgets") { pullRequest(number: $n) { id isDraft headRefName author { login } } } }`;
  const found = await octokit.graphql<{
    viewer: { login: string };
    repository: { pullRequest: { id: string; isDraft: boolean } };
  }>(query, { n: 1 });
  expect(found.repository.pullRequest).toMatchObject({
    isDraft: false,
    headRefName: 'topic',
    author: { login: 'acme' },
  });
  const change = (name: string) =>
    octokit.graphql(
      `mutation($id: ID!) { ${name}(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`,
      { id: found.repository.pullRequest.id },
    );
  expect(await change('convertPullRequestToDraft')).toEqual({
    convertPullRequestToDraft: { pullRequest: { isDraft: true } },
  });
  expect(github.pull('acme/widgets', 1).draft).toBe(true);
  await change('markPullRequestReadyForReview');
  expect(github.pull('acme/widgets', 1).draft).toBe(false);
  expect(github.writes().filter((each) => each.kind === 'graphql')).toHaveLength(2);
});

it('tells who edited a body, newest first, once it was edited', async () => {
  const { number } = github.as('dave').openIssue('acme/widgets', { title: 'Text', body: 'one' });
  const read = async () => {
    const query = `query($n: Int!) { repository(owner: "acme", name: "widgets") { issue(number: $n) { userContentEdits(first: 100) { nodes { editedAt editor { login } } } } } }`;
    type Answer = { repository: { issue: { userContentEdits: { nodes: { editor: { login: string } }[] } } } };
    const { repository } = await octokit.graphql<Answer>(query, { n: number });
    return repository.issue.userContentEdits.nodes.map(({ editor }) => editor.login);
  };
  expect(await read()).toEqual([]);
  github.as('acme').editIssue('acme/widgets', number, { body: 'two' });
  expect(await read()).toEqual(['acme', 'dave']);
});

it('answers errors in GitHub’s shape', async () => {
  const missing = octokit.graphql('{ repository(owner: "acme", name: "nope") { id } }');
  await expect(missing).rejects.toMatchObject({ errors: [{ type: 'NOT_FOUND', path: ['repository'] }] });
  await expect(
    octokit.graphql('{ repository(owner: "acme", name: "widgets") { nonsense } }'),
  ).rejects.toThrow(/nonsense/);
  const narrow = await asInstallation(github, 'acme', {
    permissions: { contents: 'read', pull_requests: 'read' },
  });
  const id = github.pull('acme/widgets', 1).nodeId;
  const forbidden = narrow.graphql(
    'mutation($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { clientMutationId } }',
    { id },
  );
  await expect(forbidden).rejects.toMatchObject({ errors: [{ type: 'FORBIDDEN' }] });
  expect(github.contractViolations).toEqual([]);
  await expect(
    octokit.graphql('{ repository(owner: "acme", name: "widgets") { stargazerCount } }'),
  ).rejects.toThrow(/cannot answer/);
  expect(github.contractViolations).toMatchObject([{ kind: 'not-built' }]);
});
