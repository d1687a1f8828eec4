/** A sample of the crash campaign (`npm run test:crash` has all of it): it dies at a point, and nothing is lost or done twice. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type CrashCase, runCase } from '#test/crash/run-case.ts';
import { makeKeys } from '#test/support/github/app-options.ts';

const plain = { nth: 1, signal: 'KILL', story: 'pull', duplicate: false, machine: false } as const;

/** One at each stage: receipt, launch, handing over, push, pull request, kept work. */
const sample: CrashCase[] = [
  { ...plain, point: 'store:after', duplicate: true },
  { ...plain, point: 'launch:created' },
  // Its container is there and what it is to do is not.
  { ...plain, point: 'assign:before', story: 'second', nth: 2 },
  { ...plain, point: 'bundle:after', machine: true },
  { ...plain, point: 'effect:publish:sent' },
  { ...plain, point: 'effect:open-pull:sent', signal: 'TERM' },
  { ...plain, point: 'effect:keep-work:sent', story: 'fail' },
];

describe('a service that dies', () => {
  let key: string;
  beforeAll(async () => {
    key = (await makeKeys()).privateKey;
  });

  it.concurrent.each(sample)('at $point ($signal, $story) has lost and doubled nothing', async (one) => {
    const { result, problems, recovery, log } = await runCase(one, 'host', key);
    expect(problems, log.slice(-4_000)).toEqual([]);
    expect(result).toBe('ok');
    expect(recovery).toBeLessThan(60_000);
  });
});
