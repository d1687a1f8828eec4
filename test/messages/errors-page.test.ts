import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorCatalogue, isErrorCode, userError } from '#src/core/errors.ts';
import { errorsPage } from '#src/messages/errors-page.ts';

const root = join(import.meta.dirname, '../..');
const file = join(root, 'docs/errors.md');

it('docs/errors.md is what the catalogue says', () => {
  const page = errorsPage(errorCatalogue);
  if (process.env['UPDATE_DOCS']) writeFileSync(file, page);
  expect(readFileSync(file, 'utf8')).toBe(page);
});

it('every code is told by something', () => {
  const folders = [join(root, 'src'), join(root, 'runners')];
  const files = folders.flatMap((folder) =>
    globSync('**/*.ts', { cwd: folder }).map((name) => join(folder, name)),
  );
  const text = files
    .filter((name) => !name.includes(join('core', 'errors')))
    .map((name) => readFileSync(name, 'utf8'))
    .join('\n');
  const silent = Object.keys(errorCatalogue).filter((code) => !new RegExp(`\\b${code}\\b`).test(text));
  expect(silent).toEqual([]);
});

it('every entry says what it means, what to check and what to do', () => {
  for (const [code, { meaning, check, todo }] of Object.entries(errorCatalogue)) {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(meaning).toMatch(/\.$/);
    expect(check.length).toBeGreaterThan(0);
    expect(todo).toMatch(/\.$/);
    expect(`${meaning} ${todo}`).not.toContain('!');
  }
});

it('a user error takes the advice of the catalogue unless it has its own', () => {
  expect(userError('AGENT_FAILED', 'It ended with 3.').todo).toBe(errorCatalogue.AGENT_FAILED.todo);
  expect(userError('AGENT_FAILED', 'It ended with 3.', 'Do this.').todo).toBe('Do this.');
  expect([isErrorCode('NO_RUNNER'), isErrorCode('toString')]).toEqual([true, false]);
});
