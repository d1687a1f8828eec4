/** Who starts next, on which seat, and why the others wait. */
import { describe, expect, test } from 'vitest';
import { byTurn, type Candidate, dispatch, type Room, type Seats } from '#src/core/dispatch.ts';

const now = 10_000;

function candidate(over: Partial<Candidate> = {}): Candidate {
  return {
    id: 'a',
    key: 'GH-1',
    repo: 1,
    worker: 'dev',
    priority: 3,
    deficit: 0,
    askedAt: 100,
    held: false,
    runner: 'claude',
    cap: 0,
    ...over,
  };
}

function seats(...free: string[]): Seats {
  return { repo: 1, worker: 'dev', free };
}

function room(service = 10, repos: [number, number][] = [[1, 10]]): Room {
  return { service, repos: new Map(repos), budgets: new Map(), waits: new Map() };
}

describe('turns', () => {
  const first = { id: 'first', key: 'GH-2', priority: 2, deficit: 5, askedAt: 200 };
  const ties: { by: string; second: Partial<Candidate> }[] = [
    {
      by: '1 priority, against everything below it',
      second: { id: 'second', key: 'GH-1', priority: 3, deficit: 9, askedAt: 100 },
    },
    {
      by: '2 diet deficit, against age and key',
      second: { ...first, id: 'second', key: 'GH-1', deficit: 4, askedAt: 100 },
    },
    { by: '3 age, against the key', second: { ...first, id: 'second', key: 'GH-1', askedAt: 201 } },
    { by: '4 key, against the id', second: { ...first, id: 'a-second', key: 'GH-3' } },
    { by: 'the id, where two repositories have the same key', second: { ...first, id: 'second' } },
  ];
  test.each(ties)('by $by', ({ second }) => {
    const [a, b] = [candidate(first), candidate(second)];
    expect(byTurn(a, b)).toBeLessThan(0);
    expect(byTurn(b, a)).toBeGreaterThan(0);
    for (const order of [
      [a, b],
      [b, a],
    ]) {
      const verdicts = dispatch(order, [seats('bezos')], room(), now);
      expect(verdicts.map(({ id, verdict }) => [id, verdict])).toEqual([
        [a.id, 'start'],
        [b.id, 'hold'],
      ]);
    }
  });
});

describe('reasons to wait', () => {
  const cases: { reason: string; one: Partial<Candidate>; places?: Room; free?: Seats[] }[] = [
    { reason: 'held_by_label', one: { held: true } },
    { reason: 'waiting_to_retry', one: { retryAt: now + 1 } },
    { reason: 'service_full', one: {}, places: room(0) },
    { reason: 'repository_full', one: {}, places: room(10, [[1, 0]]) },
    { reason: 'repository_full', one: { repo: 2 }, places: room(10, [[1, 5]]) },
    { reason: 'no_free_agent', one: {}, free: [seats()] },
    { reason: 'no_free_agent', one: { worker: 'docs' } },
    { reason: 'no_free_agent', one: {}, free: [{ repo: 2, worker: 'dev', free: ['bezos'] }] },
    { reason: 'held_by_label', one: { held: true, retryAt: now + 1 }, places: room(0), free: [] },
    { reason: 'service_full', one: {}, places: room(-1, [[1, -1]]), free: [] },
  ];
  test.each(cases)('$reason: $one', ({ reason, one, places = room(), free = [seats('bezos')] }) => {
    const { id, key } = candidate(one);
    expect(dispatch([candidate(one)], free, places, now)).toEqual([{ verdict: 'hold', id, key, reason }]);
  });

  test('a pause that is over is none', () => {
    expect(dispatch([candidate({ retryAt: now })], [seats('bezos')], room(), now)[0]).toMatchObject({
      verdict: 'start',
    });
  });
});

describe('limits', () => {
  const three = ['a', 'b', 'c'].map((id, index) => candidate({ id, key: `GH-${index}`, askedAt: index }));
  const heard = (verdicts: ReturnType<typeof dispatch>) =>
    verdicts.map((one) => (one.verdict === 'start' ? `${one.id}:${one.agent}` : `${one.id}:${one.reason}`));

  test('every seat is given once, in its order', () => {
    expect(heard(dispatch(three, [seats('bezos', 'gates')], room(), now))).toEqual([
      'a:bezos',
      'b:gates',
      'c:no_free_agent',
    ]);
  });

  test('the service limit counts over all repositories', () => {
    const elsewhere = candidate({ id: 'z', repo: 2, askedAt: -1 });
    const free = [seats('bezos', 'gates'), { repo: 2, worker: 'dev', free: ['curie'] }];
    const places = room(2, [
      [1, 9],
      [2, 9],
    ]);
    expect(heard(dispatch([...three, elsewhere], free, places, now))).toEqual([
      'z:curie',
      'a:bezos',
      'b:service_full',
      'c:service_full',
    ]);
  });

  test('a full repository does not hold up another', () => {
    const elsewhere = candidate({ id: 'z', repo: 2, askedAt: 99 });
    const free = [seats('bezos', 'gates'), { repo: 2, worker: 'dev', free: ['curie'] }];
    expect(
      heard(
        dispatch(
          [...three, elsewhere],
          free,
          room(9, [
            [1, 1],
            [2, 1],
          ]),
          now,
        ),
      ),
    ).toEqual(['a:bezos', 'b:repository_full', 'c:repository_full', 'z:curie']);
  });

  test('what is held takes no seat from those behind it', () => {
    const held = candidate({ id: 'first', priority: 1, held: true });
    expect(heard(dispatch([held, ...three], [seats('bezos')], room(1), now)).slice(0, 2)).toEqual([
      'first:held_by_label',
      'a:bezos',
    ]);
  });

  test('what it is given is left as it was', () => {
    const [free, places] = [[seats('bezos')], room(1, [[1, 1]])];
    dispatch(three, free, places, now);
    expect([free, places]).toEqual([[seats('bezos')], room(1, [[1, 1]])]);
  });
});

describe('money and providers', () => {
  const one = candidate({ id: 'one', key: 'GH-1', cap: 5 });
  const two = candidate({ id: 'two', key: 'GH-2', cap: 5 });
  const agents = [seats('bezos', 'gates')];

  test('what starts is reserved: the day that has room for one run takes one', () => {
    const day = { ...room(), budgets: new Map([[1, { left: 9, detail: '$41 of $50' }]]) };
    expect(dispatch([one, two], agents, day, now)).toMatchObject([
      { verdict: 'start', id: 'one' },
      { verdict: 'hold', id: 'two', reason: 'day_budget_used', detail: '$41 of $50' },
    ]);
  });

  test('what costs nothing starts on the emptiest day, and other repositories are not touched', () => {
    const day = {
      ...room(10, [
        [1, 5],
        [2, 5],
      ]),
      budgets: new Map([[1, { left: 0, detail: '' }]]),
    };
    const free = candidate({ id: 'free', key: 'GH-3', cap: 0 });
    const elsewhere = candidate({ id: 'else', key: 'GH-4', repo: 2, cap: 5 });
    const places = [seats('bezos'), { repo: 2, worker: 'dev', free: ['bezos'] }];
    expect(dispatch([free, elsewhere, one], places, day, now).map((one) => [one.id, one.verdict])).toEqual([
      ['one', 'hold'],
      ['free', 'start'],
      ['else', 'start'],
    ]);
  });

  test('a runner whose provider takes no calls holds its items, and no others', () => {
    const waits = new Map([['claude', { until: now + 1, detail: 'the key is refused' }]]);
    const other = candidate({ id: 'other', key: 'GH-2', runner: 'codex' });
    expect(dispatch([one, other], agents, { ...room(), waits }, now)).toMatchObject([
      { id: 'one', reason: 'runner_waits', detail: 'the key is refused' },
      { id: 'other', verdict: 'start' },
    ]);
  });

  test('when the time is over one item is let through to see', () => {
    const waits = new Map([['claude', { until: now, detail: 'the key is refused' }]]);
    expect(dispatch([one, two], agents, { ...room(), waits }, now)).toMatchObject([
      { id: 'one', verdict: 'start' },
      { id: 'two', verdict: 'hold', reason: 'runner_waits' },
    ]);
  });
});
