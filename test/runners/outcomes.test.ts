/** How real CLIs ended when their provider failed, as test/runners/conformance recorded it, and what that means. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { command } from '#runners/command/manifest.ts';
import { type EndFacts, type OutcomeClass, understand } from '#runners/outcome.ts';
import { runners } from '#runners/registry.ts';

const fixtures = join(import.meta.dirname, '../fixtures/outcomes');

describe.each(runners.filter(({ model }) => model).map((runner) => [runner.name, runner] as const))(
  '%s',
  (name, runner) => {
    const files = readdirSync(join(fixtures, name));

    it('has recorded ends', () => {
      expect(files.length).toBeGreaterThan(10);
    });

    it.each(files)('%s', (file) => {
      const { facts, is } = JSON.parse(readFileSync(join(fixtures, name, file), 'utf8')) as {
        facts: EndFacts;
        is: OutcomeClass;
      };
      expect(understand(runner.outcomes, facts)).toBe(is);
    });
  },
);

it('takes a good end for good although a call beside it failed', () => {
  for (const { outcomes } of runners)
    expect(understand(outcomes, { stop: 'end_turn', lastCall: { status: 429 } })).toBe('finished');
});

it('takes a demand for payment for a quota that is used up', () => {
  for (const { outcomes, model } of runners)
    if (model)
      expect(understand(outcomes, { error: { message: 'no' }, lastCall: { status: 402 } })).toBe('quota');
});

test.each<[string, EndFacts['lastCall'], OutcomeClass]>([
  ['a key that is not taken', { status: 401 }, 'auth'],
  ['a demand for payment', { status: 402 }, 'quota'],
  ['a key that may not', { status: 403 }, 'auth'],
  ['no money, said as a bad request', { status: 400, errorType: 'billing_error' }, 'quota'],
  ['no money, said as a forbidden one', { status: 403, errorType: 'billing_not_active' }, 'quota'],
  ['no money, said as too many calls', { status: 429, errorType: 'insufficient_quota' }, 'quota'],
  ['too many calls', { status: 429 }, 'transient'],
  ['a provider that is away', { status: 529 }, 'transient'],
  ['a bad request', { status: 400, errorType: 'invalid_request_error' }, 'crashed'],
  ['a good answer', { status: 200 }, 'crashed'],
])('a command that fails after %s', (_, lastCall, is) => {
  const facts: EndFacts = { stop: 'end_turn', exitCode: 1, ...(lastCall ? { lastCall } : {}) };
  expect(understand(command.outcomes, facts)).toBe(is);
  expect(understand(command.outcomes, { ...facts, exitCode: 0 })).toBe('finished');
});
