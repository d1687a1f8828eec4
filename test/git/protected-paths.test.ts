/** Globs as people write them in `protect`. */
import { expect, test } from 'vitest';
import { runners } from '#runners/registry.ts';
import { protectedBy } from '#src/git/protected-paths.ts';

test.each<[string, string[], string[]]>([
  ['infra/**', ['infra', 'infra/x', 'infra/a/b', 'INFRA/x'], ['infra2', 'a/infra/x']],
  ['/infra/', ['infra/x'], ['a/infra']],
  ['**/secrets.*', ['secrets.yml', 'a/b/secrets.json'], ['secrets', 'a/secrets.d/x/y']],
  ['a/**/z', ['a/z', 'a/b/c/z'], ['a/b', 'z']],
  ['*.lock', ['x.lock', '.lock'], ['a/x.lock', 'x.lock2']],
  ['v?.txt', ['v1.txt'], ['v.txt', 'v12.txt']],
  ['a+b(c)[d].txt', ['a+b(c)[d].txt'], ['aab(c)d.txt']],
])('%s', (glob, yes, no) => {
  const isProtected = protectedBy([glob], false);
  expect(yes.filter((path) => !isProtected(path))).toEqual([]);
  expect(no.filter(isProtected)).toEqual([]);
});

test('a glob of many stars stays cheap', () => {
  const isProtected = protectedBy([`${'*a'.repeat(30)}b`], false);
  const begun = performance.now();
  expect(isProtected('a'.repeat(4_000))).toBe(false);
  expect(performance.now() - begun).toBeLessThan(1_000);
});

test('what a CLI would take configuration from is protected at every depth, whatever the runner', () => {
  const isProtected = protectedBy([], true);
  const masks = runners.flatMap((runner) => runner.masks);
  expect(masks.length).toBeGreaterThan(0);
  for (const mask of [
    ...masks,
    'AGENTS.md',
    'CLAUDE.md',
    'GEMINI.md',
    '.github/copilot-instructions.md',
    '.gemini/',
  ]) {
    const path = mask.endsWith('/') ? `${mask}settings.json` : mask;
    expect([path, isProtected(path), isProtected(`packages/web/${path}`)]).toEqual([path, true, true]);
  }
});
