/** `issue_comment`: new comments speak, edited and deleted ones do not. */
import { expect, test } from 'vitest';
import { type IssueCommentPayload, issueComment } from '#src/webhooks/issue-comment.ts';
import { exampleOf, examplesOf } from './examples.ts';

test.each(
  examplesOf<IssueCommentPayload>('issue_comment').map((payload, index) => ({
    payload,
    name: `${index} ${payload.action}`,
  })),
)('$name', ({ payload }) => {
  expect(issueComment(payload)).toHaveLength(payload.action === 'created' ? 1 : 0);
});

test('a comment brings its text, its id and its author', () => {
  const payload = exampleOf<IssueCommentPayload>('issue_comment', 'created');
  expect(issueComment(payload)).toMatchObject([
    {
      type: 'comment_posted',
      comment: payload.comment.id,
      body: payload.comment.body,
      subject: { number: 1, isPull: false },
      by: { login: 'Codertocat' },
    },
  ]);
});

test('a comment on a pull request says so', () => {
  const payload = exampleOf<IssueCommentPayload>('issue_comment', 'created');
  payload.issue.pull_request = { url: 'https://api.github.com/repos/a/b/pulls/1' };
  expect(issueComment(payload)).toMatchObject([{ subject: { isPull: true } }]);
});

test('a bot is known as one', () => {
  const payload = exampleOf<IssueCommentPayload>('issue_comment', 'created');
  expect(issueComment({ ...payload, sender: { id: 1, login: 'prlt[bot]', type: 'Bot' } })).toMatchObject([
    { by: { bot: true } },
  ]);
});
