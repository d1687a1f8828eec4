/** An engine's context with a real store, a clock that tests move, and nothing else behind it. */
import { tmpdir } from 'node:os';
import { pino } from 'pino';
import type { Context } from '#src/engine/context.ts';
import { neverCrash } from '#src/engine/crash-points.ts';
import { createSecrets } from '#src/engine/known-secrets.ts';
import { openQuarantine } from '#src/engine/quarantine.ts';
import { createBell } from '#src/engine/signals.ts';
import { now } from '#test/support/builders.ts';
import { scratchStore } from '../store/scratch.ts';

export interface Scratch {
  context: Context;
  /** Moves the clock, milliseconds. */
  pass(ms: number): void;
  wakes(): number;
}

export const scratchSecrets = createSecrets({
  webhookSecret: 'a webhook secret',
  privateKey: 'a private key',
  registries: [],
  models: { providers: [], prices: {} as never },
});

/** @param over what the test needs besides; whatever is missing fails when it is used */
export async function scratchContext(over: Partial<Context> = {}): Promise<Scratch> {
  const { db } = await scratchStore();
  let clock = now;
  let wakes = 0;
  let ids = 0;
  const parts: Partial<Context> = {
    db,
    log: pino({ level: 'silent' }),
    now: () => clock,
    restored: false,
    crash: neverCrash,
    newId: () => {
      ids += 1;
      return `id${ids}`;
    },
    settings: {
      dataDir: tmpdir(),
      github: { api: 'https://api.github.example', web: 'https://github.example' },
      keep: 14 * 86_400_000,
      writesPerMinute: 150,
      watermarks: { disk: 0, memory: 0 },
      ceilings: {
        concurrency: 3,
        run: 3_600_000,
        memory: 2 ** 31,
        spend: { run: 5_000_000, day: 50_000_000 },
        hosts: [] as string[],
      },
      models: { providers: [], prices: {} },
    } as unknown as Context['settings'],
    runners: new Map([['claude', {} as never]]),
    bell: createBell(),
    secrets: scratchSecrets,
    quarantine: await openQuarantine({
      db,
      log: pino({ level: 'silent' }),
      now: () => clock,
      wake: () => {},
      keep: 14 * 86_400_000,
    }),
    wake: () => {
      wakes += 1;
    },
    ...over,
  };
  return {
    context: parts as Context,
    pass: (ms) => {
      clock += ms;
    },
    wakes: () => wakes,
  };
}
