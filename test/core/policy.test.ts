/** Which worker and profile take an item, by its labels. */
import { expect, test } from 'vitest';
import { route } from '#src/core/policy.ts';
import { aPolicy, aSnapshot } from '#test/support/builders.ts';

const policy = aPolicy({
  workers: [
    { name: 'scribe', takes: ['docs'], profile: 'writer', agents: ['woolf'] },
    { name: 'dev', takes: ['code', 'docs', 'custom'], profile: 'coder', agents: 'unlimited' },
    { name: 'lost', takes: ['deploy'], profile: 'nowhere', agents: ['x'] },
  ],
  profiles: { coder: { runner: 'claude' }, writer: { runner: 'codex' }, idle: {} },
});

const routes: [string[], object][] = [
  [[], { worker: { name: 'dev' }, profile: 'coder', runner: 'claude' }],
  [['type:docs'], { worker: { name: 'scribe' }, profile: 'writer', runner: 'codex' }],
  [['type:nonsense'], { worker: { name: 'dev' } }],
  [['type:code', 'profile:writer'], { worker: { name: 'dev' }, profile: 'writer', runner: 'codex' }],
  [['type:review'], { code: 'NO_WORKER', what: 'review' }],
  [['type:deploy'], { code: 'NO_PROFILE', what: 'nowhere' }],
  [['profile:ghost'], { code: 'NO_PROFILE', what: 'ghost' }],
  [['profile:toString'], { code: 'NO_PROFILE', what: 'toString' }],
  [['profile:idle'], { code: 'NO_RUNNER', what: 'idle' }],
];

test.each(routes)('%j', (labels, expected) => {
  expect(route(policy, aSnapshot({ labels }))).toMatchObject(expected);
});
