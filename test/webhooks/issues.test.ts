/** `issues` deliveries, as GitHub sends them, in the domain's words. */
import { describe, expect, test } from 'vitest';
import { type IssuesPayload, issues } from '#src/webhooks/issues.ts';
import { exampleOf, examplesOf } from './examples.ts';

const heard: Record<string, string[]> = {
  labeled: ['label_added'],
  unlabeled: ['label_removed'],
  opened: ['label_added'],
  reopened: ['issue_reopened'],
  deleted: ['issue_gone'],
  transferred: ['issue_gone'],
};

describe('every example', () => {
  test.each(
    examplesOf<IssuesPayload>('issues').map((payload, index) => ({
      payload,
      name: `${index} ${payload.action}`,
    })),
  )('$name', ({ payload }) => {
    expect(issues(payload).map((signal) => signal.type)).toEqual(heard[payload.action] ?? []);
  });
});

test('a label brings the issue as it was and who did it', () => {
  expect(issues(exampleOf('issues', 'labeled'))).toEqual([
    {
      type: 'label_added',
      label: 'bug',
      subject: {
        nodeId: 'MDU6SXNzdWU0NDQ1MDAwNDE=',
        number: 1,
        isPull: false,
        title: 'Spelling error in the README file',
        body: expect.stringContaining('looks like you accidently'),
        labels: ['bug'],
        url: 'https://github.com/Codertocat/Hello-World/issues/1',
        open: true,
      },
      by: { id: 21031067, login: 'Codertocat', bot: false },
    },
  ]);
});

test('an issue that is opened with labels asks with each of them', () => {
  const payload = exampleOf<IssuesPayload>('issues', 'opened');
  payload.issue.labels = [{ name: 'agent:ready' }, 'P0', null];
  expect(issues(payload).map((signal) => signal.type === 'label_added' && signal.label)).toEqual([
    'agent:ready',
    'P0',
    '',
  ]);
  payload.issue.labels = [];
  expect(issues(payload)).toEqual([]);
});

test.each([
  ['completed', 'completed'],
  ['not_planned', 'not_planned'],
  ['duplicate', 'duplicate'],
  [null, 'completed'],
  ['reopened', 'completed'],
  [undefined, 'completed'],
] as const)('closing with state_reason %s means %s', (given, reason) => {
  const payload = exampleOf<IssuesPayload>('issues', 'reopened');
  const closed = {
    ...payload,
    action: 'closed',
    issue: { ...payload.issue, state: 'closed', state_reason: given },
  };
  expect(issues(closed)).toMatchObject([{ type: 'issue_closed', reason, subject: { open: false } }]);
});

test.each([
  [{ title: { from: 'old' } }, 1],
  [{ body: { from: 'old' } }, 1],
  [{ title: { from: 'a' }, body: { from: 'b' } }, 1],
  [{}, 0],
  [null, 0],
  [{ milestone: {} }, 0],
])('an edit with changes %j gives %i signals', (changes, count) => {
  const payload = { ...exampleOf<IssuesPayload>('issues', 'edited'), changes };
  expect(issues(payload)).toHaveLength(count);
});

test('a label without a name is none', () => {
  for (const action of ['labeled', 'unlabeled']) {
    expect(issues({ ...exampleOf<IssuesPayload>('issues', action), label: undefined })).toEqual([]);
  }
});
