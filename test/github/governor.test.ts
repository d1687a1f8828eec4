/** GitHub's limits with a clock of our own: turns, waits to the second, installations apart, and enough throughput. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createGovernor, GitHubBusy, type Governor } from '#src/github/governor.ts';

const start = 1_800_000_000_000;
let clock: number;
let governor: Governor;

beforeEach(() => {
  clock = start;
  governor = createGovernor({
    now: () => clock,
    sleep: async (ms) => {
      clock += ms;
    },
    writesPerMinute: 150,
  });
});

const post = { method: 'POST', url: '/repos/a/b/issues/1/comments' };
const get = { method: 'GET', url: '/repos/a/b' };

/** An error as Octokit throws it. */
function answered(status: number, headers: Record<string, string> = {}, message = 'limited'): Error {
  return Object.assign(new Error(message), { status, response: { headers } });
}

const fails = (error: unknown) => () => Promise.reject(error);
const works = async () => 'ok';

/** How long the installation is told to wait after this answer, milliseconds. */
async function waitAfter(error: Error, request = post): Promise<number> {
  const refused = await governor.run(1, request, fails(error)).catch((caught: unknown) => caught);
  expect(refused).toBeInstanceOf(GitHubBusy);
  return (refused as GitHubBusy).until - clock;
}

describe('turns', () => {
  test('writes go one after another, reads beside them', async () => {
    const story: string[] = [];
    const slow = (name: string, gate: Promise<void>) => async () => {
      story.push(`${name} begins`);
      await gate;
      story.push(`${name} ends`);
    };
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const first = governor.run(1, post, slow('first', gate));
    const second = governor.run(1, post, slow('second', Promise.resolve()));
    await governor.run(1, get, slow('read', Promise.resolve()));
    open();
    await Promise.all([first, second]);
    expect(story).toEqual(
      ['read begins', 'first begins', 'read ends', 'first ends', 'second begins', 'second ends'].toSorted(
        (a, b) => story.indexOf(a) - story.indexOf(b),
      ),
    );
    expect(story.indexOf('second begins')).toBeGreaterThan(story.indexOf('first ends'));
    expect(story.indexOf('read ends')).toBeLessThan(story.indexOf('first ends'));
  });

  test('a failed write does not hold up the next one', async () => {
    const failed = governor.run(1, post, fails(answered(422)));
    const next = governor.run(1, post, works);
    await expect(failed).rejects.toMatchObject({ status: 422 });
    expect(await next).toBe('ok');
    expect(governor.pausedUntil(1)).toBeUndefined();
  });

  test('a token is minted without waiting for a write', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const write = governor.run(1, post, () => gate);
    expect(await governor.run(1, { method: 'POST', url: '/app/installations/1/access_tokens' }, works)).toBe(
      'ok',
    );
    open();
    await write;
  });
});

describe('what GitHub asks for', () => {
  const waits: { what: string; error: Error; wait: number }[] = [
    { what: 'Retry-After, to the second', error: answered(403, { 'retry-after': '37' }), wait: 37_000 },
    { what: 'Retry-After with 429', error: answered(429, { 'retry-after': '2' }), wait: 2_000 },
    {
      what: 'Retry-After before everything else',
      error: answered(403, {
        'retry-after': '5',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(start / 1000 + 900),
      }),
      wait: 5_000,
    },
    {
      what: 'the primary limit, until its reset',
      error: answered(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(start / 1000 + 900) }),
      wait: 900_000,
    },
    {
      what: 'a reset that is over, a second',
      error: answered(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(start / 1000 - 5) }),
      wait: 1_000,
    },
    {
      what: 'a primary limit without a reset, a minute',
      error: answered(403, { 'x-ratelimit-remaining': '0' }),
      wait: 60_000,
    },
    {
      what: 'a secondary limit without header, a minute',
      error: answered(403, {}, 'You have exceeded a secondary rate limit.'),
      wait: 60_000,
    },
    {
      what: 'a secondary limit by its older name',
      error: answered(403, {}, 'You have triggered an abuse detection mechanism.'),
      wait: 60_000,
    },
    { what: '429 without header, a minute', error: answered(429), wait: 60_000 },
  ];
  test.each(waits)('$what', async ({ error, wait }) => {
    expect(await waitAfter(error)).toBe(wait);
    expect(governor.pausedUntil(1)).toBe(clock + wait);
    clock += wait - 1;
    await expect(governor.run(1, get, works)).rejects.toThrow(GitHubBusy);
    await expect(governor.run(1, post, works)).rejects.toThrow(GitHubBusy);
    clock += 1;
    expect(governor.pausedUntil(1)).toBeUndefined();
    expect(await governor.run(1, get, works)).toBe('ok');
  });

  test('a read that is limited pauses as well', async () => {
    expect(await waitAfter(answered(429, { 'retry-after': '9' }), get)).toBe(9_000);
  });

  test('a secondary limit that comes again doubles the wait, up to an hour, and a write that succeeds forgets it', async () => {
    const limited = answered(403, {}, 'secondary rate limit');
    const waited: number[] = [];
    for (let strike = 0; strike < 8; strike += 1) {
      waited.push((await waitAfter(limited)) / 60_000);
      clock += 3_600_000;
    }
    expect(waited).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    await governor.run(1, post, works);
    expect(await waitAfter(limited)).toBe(60_000);
  });

  test('a read that succeeds does not forget that writes are limited', async () => {
    const limited = answered(403, {}, 'secondary rate limit');
    await waitAfter(limited);
    clock += 60_000;
    await governor.run(1, get, works);
    expect(await waitAfter(limited)).toBe(120_000);
  });

  test.each([
    answered(403, {}, 'Resource not accessible by integration'),
    answered(404),
    answered(500),
    new Error('socket'),
  ])('anything else passes through and pauses nothing: %s', async (error) => {
    await expect(governor.run(1, post, fails(error))).rejects.toBe(error);
    expect(governor.pausedUntil(1)).toBeUndefined();
  });

  test('nothing is sent while paused', async () => {
    await waitAfter(answered(429, { 'retry-after': '60' }));
    let sent = 0;
    await expect(governor.run(1, get, async () => (sent += 1))).rejects.toThrow(GitHubBusy);
    expect(sent).toBe(0);
  });

  test('a write that waited for its turn is refused when the one before it met a limit', async () => {
    const limited = governor.run(1, post, fails(answered(429, { 'retry-after': '60' })));
    let sent = 0;
    const behind = governor.run(1, post, async () => (sent += 1));
    await expect(limited).rejects.toThrow(GitHubBusy);
    await expect(behind).rejects.toThrow(GitHubBusy);
    expect(sent).toBe(0);
  });
});

describe('installations', () => {
  test('do not pause each other', async () => {
    await waitAfter(answered(429, { 'retry-after': '600' }));
    expect(await governor.run(2, post, works)).toBe('ok');
    expect(governor.pausedUntil(2)).toBeUndefined();
  });

  test('do not wait for each other', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const first = governor.run(1, post, () => gate);
    expect(await governor.run(2, post, works)).toBe('ok');
    open();
    await first;
  });
});

describe('throughput', () => {
  test('at least 120 writes go through in the first minute without waiting', async () => {
    for (let n = 0; n < 120; n += 1) await governor.run(1, post, works);
    expect(clock - start).toBe(0);
  });

  test('over ten minutes at least 120 a minute, and never more than GitHub’s 180 in any minute', async () => {
    const times: number[] = [];
    while (clock < start + 600_000) {
      await governor.run(1, post, async () => times.push(clock));
      clock += 10;
    }
    expect(times.length / 10).toBeGreaterThanOrEqual(120);
    const busiest = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length),
    );
    expect(busiest).toBeLessThanOrEqual(180);
  });

  test('reads are not counted', async () => {
    for (let n = 0; n < 1_000; n += 1) await governor.run(1, get, works);
    await governor.run(1, post, works);
    expect(clock).toBe(start);
  });
});
