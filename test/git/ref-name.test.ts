/** Our rules for names never allow what git would refuse. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkedFolder, isBranchName } from '#src/git/ref-name.ts';

const GOOD = [
  'main',
  'GH-12/feat/bezos/widgets/add-hello',
  'a.b',
  'ünï/✓',
  'a-',
  "it's",
  'a{b',
  'x/@',
  '$(id)',
  ';rm',
];
const BAD = [
  '',
  '-a',
  '@',
  'HEAD',
  'refs/heads/a',
  '.a',
  'a/.b',
  'a.',
  'a./b',
  'a.lock',
  'a.lock/b',
  'a..b',
  'a//b',
  '/a',
  'a/',
];
const MARKS = [
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a@{1}',
  'a\x07',
  'a\x7f',
  'x'.repeat(201),
];

test.each(GOOD)('%j is a branch name, for git too', (name) => {
  expect(isBranchName(name)).toBe(true);
  expect(spawnSync('git', ['check-ref-format', '--branch', name]).status).toBe(0);
});

test.each([...BAD, ...MARKS])('%j is none', (name) => {
  expect(isBranchName(name)).toBe(false);
});

test('an id is a folder name and nothing else', () => {
  expect(checkedFolder(1_300_192)).toBe('1300192');
  for (const id of ['', '.', '..', 'a/b', '-x', 'a\0', 'x'.repeat(65)])
    expect(() => checkedFolder(id)).toThrow('Not an id');
});
