import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCatalogue, isErrorCode, userError } from '#src/core/errors.ts';
import { errorsPage } from '#src/messages/errors-page.ts';

const file = new URL('../../docs/errors.md', import.meta.url);

it('docs/errors.md is what the catalogue says', () => {
  const page = errorsPage(errorCatalogue);
  if (process.env['UPDATE_DOCS']) writeFileSync(file, page);
  expect(readFileSync(file, 'utf8')).toBe(page);
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
