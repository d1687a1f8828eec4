/** Deliveries asked back from GitHub: which, in what order, once, and whatever goes wrong on the way. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type RecoveryParts, recoverDeliveries, startRecovery } from '#src/engine/recovery.ts';
import { decompress } from '#src/store/compression.ts';
import { pendingDeliveries } from '#src/store/deliveries.ts';
import { scratchStore } from '../store/scratch.ts';
import { appJwt, octokitWith } from '../support/github/clients.ts';
import { startLocalGitHub } from '../support/github/local-github.ts';

const repo = 'acme/widgets';

/** A GitHub whose webhooks reach nobody, and a store. */
async function stage(over: Partial<RecoveryParts> = {}) {
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const github = await startLocalGitHub({
    clock,
    webhook: { url: 'http://127.0.0.1:9/', secret: 'a long secret' },
  });
  onTestFinished(() => github.close());
  await github.createRepository({ owner: 'acme', name: 'widgets', files: { 'README.md': '# Widgets\n' } });
  const { db, inbox } = await scratchStore();
  let arrived = 0;
  const parts: RecoveryParts = {
    authenticate: async () => {
      const at = Math.floor(clock() / 1000);
      return octokitWith(github, appJwt(github, { iat: at - 30, exp: at + 540 }));
    },
    db,
    inbox,
    log: pino({ level: 'silent' }),
    now: clock,
    wants: (event) => event === 'issues',
    arrived: () => void arrived++,
    ...over,
  };
  const open = async (title: string) => {
    const issue = github.as('alice').openIssue(repo, { title });
    await github.webhooks.settled();
    return issue;
  };
  const look = () => recoverDeliveries(parts);
  const stored = async () =>
    (await pendingDeliveries(db, 'github', clock() + 1e9, 1_000)).map((delivery) => {
      const { guid, event } = delivery;
      const { action, issue } = JSON.parse(decompress(delivery).toString());
      return { guid, event, action, title: issue.title };
    });
  const asked = () =>
    github.requests.filter((each) => /^\/app\/hook\/deliveries\/\d+$/.test(each.path)).length;
  return {
    github,
    inbox,
    open,
    look,
    stored,
    asked,
    parts,
    arrived: () => arrived,
    pass: (ms: number) => {
      ahead += ms;
    },
  };
}

test('what never came is fetched, oldest first, once', async () => {
  const { github, open, look, stored, asked, arrived } = await stage();
  await look();
  for (const title of ['one', 'two', 'three']) await open(title);
  expect(await look()).toEqual({ added: 3, missed: 0 });
  const found = await stored();
  expect(found.map(({ title }) => title)).toEqual(['one', 'two', 'three']);
  expect(found.map(({ guid }) => guid)).toEqual(
    github.deliveries.filter(({ event }) => event === 'issues').map(({ guid }) => guid),
  );
  expect(await look()).toEqual({ added: 0, missed: 0 });
  expect(asked()).toBe(3);
  expect(arrived()).toBe(1);
  expect(github.contractViolations).toEqual([]);
});

test('what came by webhook or was redelivered is the same delivery', async () => {
  const { github, inbox, open, look, stored, asked } = await stage();
  await look();
  await open('came');
  await open('redelivered');
  const [came, redelivered] = github.deliveries.filter(({ event }) => event === 'issues');
  if (!came || !redelivered) throw new Error('two deliveries were made');
  const { guid, event } = came;
  await inbox.add({ guid, source: 'github', event, body: Buffer.from(came.payload), receivedAt: Date.now() });
  await github.webhooks.redeliver(redelivered.guid);
  expect(await look()).toEqual({ added: 1, missed: 0 });
  expect(asked()).toBe(1);
  expect((await stored()).map(({ title }) => title).toSorted()).toEqual(['came', 'redelivered']);
});

test('events that nobody listens to cost no request', async () => {
  const { github, look, asked } = await stage();
  await look();
  github.suspend('acme');
  await github.webhooks.settled();
  expect(github.deliveries.length).toBeGreaterThan(0);
  expect(await look()).toEqual({ added: 0, missed: 0 });
  expect(asked()).toBe(0);
});

test('a first start asks for the last minutes, not for all that ever was', async () => {
  const { open, look, stored, pass } = await stage();
  await open('long ago');
  pass(3_600_000);
  await open('just now');
  expect(await look()).toEqual({ added: 1, missed: 0 });
  expect((await stored()).map(({ title }) => title)).toEqual(['just now']);
});

test('hours of downtime over many pages are made up for', async () => {
  const { github, look, pass, stored } = await stage();
  await look();
  pass(2 * 3_600_000);
  for (let n = 0; n < 130; n++) github.as('alice').openIssue(repo, { title: `${n}` });
  await github.webhooks.settled();
  pass(6 * 3_600_000);
  expect(await look()).toEqual({ added: 130, missed: 0 });
  expect(await stored()).toHaveLength(130);
});

test('a payload that cannot be had now is asked for at the next look, however long that takes', async () => {
  const { github, open, look, stored, pass } = await stage();
  await look();
  await open('hard');
  github.faults.add({ when: { path: /deliveries\/\d+$/ }, times: 1, do: { status: 502 } });
  expect(await look()).toEqual({ added: 0, missed: 1 });
  pass(3_600_000);
  await open('easy');
  expect(await look()).toEqual({ added: 2, missed: 0 });
  expect((await stored()).map(({ title }) => title)).toEqual(['hard', 'easy']);
});

test('a delivery that GitHub forgot meanwhile is let go', async () => {
  const { github, open, look } = await stage();
  await look();
  await open('gone');
  github.faults.add({ when: { path: /deliveries\/\d+$/ }, times: 1, do: { status: 404 } });
  expect(await look()).toEqual({ added: 0, missed: 0 });
});

test('what GitHub does not list stays missing', async () => {
  const { github, open, look, stored } = await stage();
  await look();
  github.webhooks.drop(1, { listed: false });
  await open('lost');
  expect(await look()).toEqual({ added: 0, missed: 0 });
  expect(await stored()).toEqual([]);
});

test('a list that cannot be had is no end: the next look makes up for it', async () => {
  const { github, open, parts, stored } = await stage();
  const recovery = startRecovery(parts, 50);
  onTestFinished(() => recovery.stop());
  await expect.poll(() => github.requests.length).toBeGreaterThan(0);
  github.faults.add({ when: { path: /deliveries/ }, times: 2, do: 'reset' });
  await open('at last');
  await expect.poll(stored).toHaveLength(1);
  await recovery.stop();
  const before = github.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(github.requests.length).toBe(before);
});
