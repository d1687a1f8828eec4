/** The host runtime keeps the contract, and its children see nothing of the service's environment. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHostRuntime } from '#src/runtimes/host/runtime.ts';
import { shimEnvironment } from '#src/runtimes/host/shim-process.ts';
import { runtimeContract } from '../contract.ts';
import { setStage } from '../stage.ts';

let dir: string;
let shimEntry: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'host-rt-'));
  shimEntry = join(dir, 'entry.mjs');
  await writeFile(shimEntry, "await import(process.env.PRLT_MIRROR + '/stand-in.mjs');\n");
  process.env['PRLT_TEST_SECRET'] = 'a key of the service';
});

afterAll(async () => {
  delete process.env['PRLT_TEST_SECRET'];
  await rm(dir, { recursive: true, force: true });
});

const open = (installation: string, entry = shimEntry) =>
  createHostRuntime({
    root: join(dir, installation),
    shimEntry: entry,
    graceMs: 1000,
    log: pino({ level: 'silent' }),
  });

runtimeContract('host', async () => ({
  image: 'none',
  open,
  kill: async (_run, stage) => {
    process.kill(stage.reports[0]?.pid ?? 0, 'SIGKILL');
  },
}));

test('a missing shim is refused and leaves nothing behind', async () => {
  const { spec } = await setStage({ do: 'stay' }, 'none');
  const runtime = open('missing', join(dir, 'no-such.mjs'));
  expect(await runtime.launch(spec)).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/ENOENT/),
  });
  expect(await runtime.observe()).toEqual([]);
  expect(await runtime.probe()).toEqual([]);
});

test('the environment is a closed list', async () => {
  const { spec } = await setStage({ do: 'stay' }, 'none');
  const env = shimEnvironment(spec, '/w', {
    PATH: '/bin',
    LANG: 'de',
    WEBHOOK_SECRET: 's',
    NODE_OPTIONS: '--x',
  });
  expect(env).toEqual({
    PATH: '/bin',
    LANG: 'de',
    HOME: '/w/home',
    PRLT_SOCKET: join(spec.socketDir, 'host.sock'),
    PRLT_WORK: '/w',
    PRLT_MIRROR: spec.mirror,
    PRLT_RUN_ID: spec.run,
  });
});

test("a repository's image is refused by name, when it is asked for and when it is used", async () => {
  const runtime = open('images');
  const refused = { kind: 'image_refused', reason: expect.stringContaining('dev:1') };
  expect(await runtime.prepareImage('dev:1', 'any')).toMatchObject(refused);
  const { spec } = await setStage({ do: 'stay' }, 'any', { own: 'dev:1' });
  expect(await runtime.launch(spec)).toMatchObject(refused);
  expect(await runtime.observe()).toEqual([]);
});
