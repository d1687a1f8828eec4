/** `installation` and `installation_repositories`: what may no longer be touched. */
import { expect, test } from 'vitest';
import { type InstallationPayload, installation } from '#src/webhooks/installation.ts';
import { type RepositoryPart, repoOf } from '#src/webhooks/payload.ts';
import { exampleOf, examplesOf } from './examples.ts';

const named = (event: string) =>
  examplesOf<InstallationPayload>(event).map((payload, index) => ({
    payload,
    name: `${event} ${index} ${payload.action}`,
  }));

test.each([...named('installation'), ...named('installation_repositories')])('$name', ({ payload }) => {
  const losses = installation(payload);
  expect(losses).toHaveLength(['deleted', 'suspend', 'removed'].includes(payload.action) ? 1 : 0);
  for (const loss of losses)
    expect(loss).toMatchObject({
      installation: payload.installation.id,
      reason: expect.stringMatching(/\.$/),
    });
});

test('taking repositories away names them; uninstalling means all', () => {
  const removed = exampleOf<InstallationPayload>('installation_repositories', 'removed');
  expect(installation(removed)[0]?.repos).toEqual(removed.repositories_removed?.map((repo) => repo.id));
  expect(installation({ action: 'removed', installation: { id: 3 } })[0]?.repos).toEqual([]);
  expect(installation(exampleOf('installation', 'deleted'))[0]).not.toHaveProperty('repos');
});

test('a repository is known with its installation, and not without', () => {
  interface Payload {
    action: string;
    repository: RepositoryPart;
    installation?: { id: number };
  }
  const payload = exampleOf<Payload>('issues', 'labeled');
  expect(repoOf(payload)).toBeUndefined();
  expect(repoOf({ ...payload, installation: { id: 5 } })).toEqual({
    id: 186853002,
    owner: 'Codertocat',
    name: 'Hello-World',
    installation: 5,
    private: false,
    defaultBranch: 'master',
  });
});
