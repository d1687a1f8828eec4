/** How often somebody who may not ask is shown so, and how often GitHub is asked about them. */
import { describe, expect, it } from 'vitest';
import { createStrangers } from '#src/engine/intake/strangers.ts';
import { now } from '#test/support/builders.ts';

const minute = 60_000;

function scratch() {
  let clock = now;
  const strangers = createStrangers(() => clock);
  /** One attempt of a person: what was done about it. */
  const attempt = (id: number, may = false, repo = 1) => {
    if (!strangers.heeds(repo, { id })) return 'ignored';
    strangers.judged(repo, { id }, may);
    if (may) return 'obeyed';
    return strangers.shows(repo, { id }) ? 'shown' : 'asked about';
  };
  return {
    attempt,
    pass: (ms: number) => {
      clock += ms;
    },
  };
}

describe('people who may not ask', () => {
  it('are shown so ten times an hour, and asked about once a minute after that', () => {
    const { attempt, pass } = scratch();
    expect(Array.from({ length: 10 }, () => attempt(5))).toEqual(Array(10).fill('shown'));
    expect(Array.from({ length: 1000 }, () => attempt(5)).filter((what) => what !== 'ignored')).toEqual([]);
    pass(minute);
    expect([attempt(5), attempt(5), attempt(5)]).toEqual(['asked about', 'ignored', 'ignored']);
    pass(61 * minute);
    expect(attempt(5)).toBe('shown');
  });

  it('use up nobody else, and nothing elsewhere', () => {
    const { attempt } = scratch();
    for (let n = 0; n < 50; n += 1) attempt(5);
    expect(attempt(6)).toBe('shown');
    expect(attempt(5, false, 2)).toBe('shown');
  });

  it('are heard within a minute once they may, and as often as they like', () => {
    const { attempt, pass } = scratch();
    for (let n = 0; n < 50; n += 1) attempt(5);
    pass(minute);
    expect(Array.from({ length: 30 }, () => attempt(5, true))).toEqual(Array(30).fill('obeyed'));
  });

  it('are forgotten when there are too many of them', () => {
    const { attempt } = scratch();
    for (let n = 0; n < 20; n += 1) attempt(5);
    for (let id = 100; id < 10_200; id += 1) attempt(id);
    expect(attempt(5)).toBe('shown');
  });
});
