/** A sample of `npm run test:crash -- --engine`: the Docker engine goes down with what runs on it, and no attempt is used up. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import type { EngineDeath } from '#test/crash/engine-death.ts';
import { type CrashCase, runCase } from '#test/crash/run-case.ts';
import { type OwnEngine, startOwnEngine } from '#test/support/engine.ts';
import { makeKeys } from '#test/support/github/app-options.ts';

const at = (point: string, by: EngineDeath['by'], service: EngineDeath['service']): CrashCase => ({
  ...{ point, nth: 1, signal: 'KILL', story: 'pull', duplicate: false, machine: false },
  engine: { by, service, liveRestore: false },
});

describe('an engine that goes down', () => {
  const machines = process.env['DOCKER_HOST'];
  let engine: OwnEngine;
  let key: string;
  beforeAll(async () => {
    key = (await makeKeys()).privateKey;
    engine = await startOwnEngine({ images: [imageName(command)] });
    process.env['DOCKER_HOST'] = engine.host;
  });
  afterAll(async () => {
    if (machines === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = machines;
    await engine?.close();
  });

  it.each([at('events:after', 'SIGKILL', 'dies'), at('assign:before', 'SIGTERM', 'lives')])(
    'at $point by $engine.by, while the service $engine.service',
    async (one) => {
      const { result, problems, recovery, log } = await runCase(one, 'docker', key, engine);
      expect(problems, log.slice(-4_000)).toEqual([]);
      expect(result).toBe('ok');
      expect(recovery).toBeLessThan(60_000);
    },
  );
});
