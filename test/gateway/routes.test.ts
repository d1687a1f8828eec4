/** What a shim that keeps to the protocol gets. */
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Assignment } from '#runners/shim/protocol.ts';
import { call, event, scratchGateway } from './scratch.ts';

const assignment = {
  protocol: 1,
  run: { id: 'run', epoch: 1, kind: 'implement', key: 'GH-1' },
} as Assignment;

test('the assignment, 503 before there is one, 410 when there will be none', async () => {
  const { desk, gateway } = await scratchGateway();
  const { dir } = await gateway.open('run');
  expect(await call(dir, 'GET', '/assignment')).toMatchObject({
    status: 410,
    text: expect.stringMatching(/over/),
  });
  desk.assigned.set('run', 'not_yet');
  expect((await call(dir, 'GET', '/assignment')).status).toBe(503);
  desk.assigned.set('run', assignment);
  expect(JSON.parse((await call(dir, 'GET', '/assignment')).text)).toEqual(assignment);
});

test('events are acknowledged up to the highest stored, resent ones once', async () => {
  const { desk, gateway } = await scratchGateway();
  const { dir } = await gateway.open('run');
  expect((await call(dir, 'POST', '/events', event(1) + event(2))).text).toBe('{"ack":2}\n');
  expect((await call(dir, 'POST', '/events', event(2) + event(3))).text).toBe('{"ack":3}\n');
  expect(desk.stored.map((row) => row.event.seq)).toEqual([1, 2, 3]);
});

test('messages come as they are said, with heartbeats between', async () => {
  const { desk, gateway } = await scratchGateway({ heartbeatMs: 20 });
  const { dir } = await gateway.open('run');
  desk.say({ id: 1, type: 'cancel', reason: 'old' });
  desk.say({ id: 2, type: 'poke', text: 'look here', from: 'ada' });
  const seen: string[] = [];
  const req = request({ socketPath: join(dir, 'host.sock'), path: '/messages?after=1' }, (res) => {
    res.setEncoding('utf8').on('data', (chunk: string) => seen.push(chunk));
    res.on('error', () => {});
  });
  req.on('error', () => {});
  req.end();
  await expect.poll(() => seen.join('')).toMatch(/^\{"id":2.*\}\n\n\n/);
  desk.say({ id: 3, type: 'wrap_up', reason: 'limits.run' });
  await expect.poll(() => seen.join('')).toMatch(/"id":3/);
  req.destroy();
  await expect.poll(() => desk.streams).toBe(0);
});

test('a bundle streams to the desk and is answered in its words', async () => {
  const { desk, gateway } = await scratchGateway({ eventsBytes: 10 });
  const { dir } = await gateway.open('run');
  const head = 'a'.repeat(40);
  const answer = await call(dir, 'PUT', `/bundle?head=${head}`, Buffer.alloc(3_000_000));
  expect(answer).toMatchObject({ status: 200, text: '{"bytes":3000000}\n' });
  expect(desk.bundles).toEqual([{ run: 'run', head, bytes: 3_000_000 }]);
  desk.bundleAnswer = { kind: 'refused', status: 409, reason: 'The bundle does not contain its head.' };
  const refused = await call(dir, 'PUT', `/bundle?head=${head}`, 'x');
  expect(refused).toMatchObject({ status: 409, text: '{"error":"The bundle does not contain its head."}\n' });
  expect((await call(dir, 'PUT', '/bundle?head=main', 'x')).status).toBe(400);
  expect((await call(dir, 'PUT', '/bundle', 'x')).status).toBe(400);
});

test('what is not there is not found', async () => {
  const { gateway } = await scratchGateway();
  const { dir } = await gateway.open('run');
  expect((await call(dir, 'GET', '/')).status).toBe(404);
  expect((await call(dir, 'GET', '/models')).status).toBe(404);
  expect((await call(dir, 'DELETE', '/assignment')).status).toBe(404);
});

test('a failing desk is a neutral sentence outside and the reason in the log', async () => {
  const { gateway, logged } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const answer = await call(dir, 'POST', '/events', event(1, { type: 'note', text: 'fail' }));
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('secrets');
  expect(logged.join('')).toContain('secrets');
});
