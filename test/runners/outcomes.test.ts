/** How real CLIs ended when their provider failed, as test/runners/conformance recorded it, and what that means. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
