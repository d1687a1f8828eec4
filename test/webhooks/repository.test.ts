/** `repository`: which changes end work, and which only rename what is known. */
import { expect, test } from 'vitest';
import { repository, repositoryMoved } from '#src/webhooks/repository.ts';

const payload = (action: string) => ({ action, repository: { id: 5 }, installation: { id: 7 } });

test.each(['deleted', 'archived', 'transferred'])('%s is a loss', (action) => {
  expect(repository(payload(action))).toMatchObject([{ installation: 7, repos: [5] }]);
  expect(repositoryMoved(payload(action))).toBe(false);
});

test.each(['renamed', 'edited', 'privatized', 'publicized', 'unarchived'])('%s is a move', (action) => {
  expect(repository(payload(action))).toEqual([]);
  expect(repositoryMoved(payload(action))).toBe(true);
});

test('a webhook of the repository itself concerns no installation', () => {
  expect(repository({ action: 'deleted', repository: { id: 5 } })).toEqual([]);
});
