/** Life of the runs' sockets: where they lie, who may open them, and that a restart finds them again. */
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWayOut } from '#src/gateway/egress/way-out.ts';
import { createGateway } from '#src/gateway/gateway.ts';
import { call, event, scratchGateway } from './scratch.ts';

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

test('a socket that every uid may open, in a directory that is only passed through', async () => {
  const { dir, gateway } = await scratchGateway();
  const { dir: place } = await gateway.open('01JRUN');
  expect(await mode(dir)).toBe('700');
  expect(await mode(place)).toBe('711');
  expect(await mode(join(place, 'host.sock'))).toBe('666');
  // One that is there already is closed as well.
  await chmod(dir, 0o777);
  await gateway.open('02JRUN');
  expect(await mode(dir)).toBe('700');
});

test('the socket is the identity: two runs cannot speak for each other', async () => {
  const { desk, gateway } = await scratchGateway();
  const a = await gateway.open('a');
  const b = await gateway.open('b');
  await call(a.dir, 'POST', '/events', event(1));
  await call(b.dir, 'POST', '/events?run=a', event(1) + event(2), { 'x-run': 'a' });
  expect(desk.stored.map((row) => `${row.run}${row.event.seq}`)).toEqual(['a1', 'b1', 'b2']);
});

test('a new life takes over the directory by inode and replaces a stale socket', async () => {
  const first = await scratchGateway();
  const { dir } = await first.gateway.open('run');
  const inode = (await stat(dir)).ino;
  // A killed service leaves its socket file behind, which a plain listen would trip over.
  const leftBehind = createServer().listen(join(first.dir, 'stale'));
  await first.gateway.stop();
  await writeFile(join(dir, 'host.sock'), '');
  const second = await scratchGateway({}, join(first.dir, '..'));
  await mkdir(join(second.dir, '0123456789ab'));
  await second.gateway.reopenAll(['run']);
  expect((await stat(dir)).ino).toBe(inode);
  expect((await call(dir, 'POST', '/events', event(1))).text).toBe('{"ack":1}\n');
  await expect(stat(join(second.dir, '0123456789ab'))).rejects.toThrow('ENOENT');
  leftBehind.close();
});

test('opening twice is one socket, closing removes it, closing again is fine', async () => {
  const { gateway } = await scratchGateway();
  const [one, two] = await Promise.all([gateway.open('run'), gateway.open('run')]);
  expect(two).toEqual(one);
  expect(gateway.openRuns()).toEqual(['run']);
  await gateway.close('run');
  await gateway.close('run');
  expect(gateway.openRuns()).toEqual([]);
  await expect(stat(one.dir)).rejects.toThrow('ENOENT');
  await gateway.open('run');
  expect((await call(one.dir, 'GET', '/assignment')).status).toBe(410);
});

test('a path that no socket address holds is refused with what to do', async () => {
  const { desk, gateway, dir } = await scratchGateway();
  const log = (await import('pino')).default();
  const egress = {
    desk: { allowed: async () => [], refused: async () => {}, repository: async () => undefined },
    wayOut: createWayOut({ privateHosts: [] }),
    registries: { list: [], authorization: async () => undefined },
  };
  const deep = createGateway({ dir: join(dir, 'd'.repeat(80)), desk, tools: desk, egress, log });
  await expect(deep.open('run')).rejects.toThrow(
    /Choose a shorter data directory \(PRLT_DATA_DIR\): \d+ bytes less/,
  );
  expect(deep.openRuns()).toEqual([]);
  expect(gateway.openRuns()).toEqual([]);
});

test('stopping ends the streams and keeps the directories', async () => {
  const { desk, gateway } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const stream = call(dir, 'GET', '/messages?after=0');
  await expect.poll(() => desk.streams).toBe(1);
  await gateway.stop();
  expect((await stream).status).toBe(200);
  expect(desk.streams).toBe(0);
  expect((await stat(dir)).isDirectory()).toBe(true);
});
