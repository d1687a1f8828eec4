/** `pull_request`: only what ends or resumes a review is heard. */
import { expect, test } from 'vitest';
import { type PullRequestPayload, pullRequest } from '#src/webhooks/pull-request.ts';
import { exampleOf, examplesOf } from './examples.ts';

const heard: Record<string, { state: string; draft: boolean }> = {
  closed: { state: 'closed', draft: false },
  reopened: { state: 'open', draft: false },
  ready_for_review: { state: 'open', draft: false },
  converted_to_draft: { state: 'open', draft: true },
};

test.each(
  examplesOf<PullRequestPayload>('pull_request').map((payload, index) => ({
    payload,
    name: `${index} ${payload.action}`,
  })),
)('$name', ({ payload }) => {
  const expected = heard[payload.action];
  const { number } = payload.pull_request;
  expect(pullRequest(payload)).toEqual(expected ? [{ type: 'pull_changed', number, ...expected }] : []);
});

test('a merge is told apart from a close', () => {
  const payload = exampleOf<PullRequestPayload>('pull_request', 'closed');
  payload.pull_request.merged = true;
  expect(pullRequest(payload)).toMatchObject([{ state: 'merged' }]);
});
