/** Deliveries asked back from GitHub: which, in what order, once, and whatever goes wrong on the way. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type RecoveryParts, recoverDeliveries, startRecovery } from '#src/engine/recovery.ts';
import { GitHubBusy } from '#src/github/governor.ts';
import { decompress } from '#src/store/compression.ts';
import { pendingDeliveries } from '#src/store/deliveries.ts';
import { metaValue, setMeta } from '#src/store/meta.ts';
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
  expect(await look()).toEqual({ added: 3, missed: 0, more: false });
  const found = await stored();
  expect(found.map(({ title }) => title)).toEqual(['one', 'two', 'three']);
  expect(found.map(({ guid }) => guid)).toEqual(
    github.deliveries.filter(({ event }) => event === 'issues').map(({ guid }) => guid),
  );
  expect(await look()).toEqual({ added: 0, missed: 0, more: false });
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
  expect(await look()).toEqual({ added: 1, missed: 0, more: false });
  expect(asked()).toBe(1);
  expect((await stored()).map(({ title }) => title).toSorted()).toEqual(['came', 'redelivered']);
});

test('events that nobody listens to cost no request', async () => {
  const { github, look, asked } = await stage();
  await look();
  github.suspend('acme');
  await github.webhooks.settled();
  expect(github.deliveries.length).toBeGreaterThan(0);
  expect(await look()).toEqual({ added: 0, missed: 0, more: false });
  expect(asked()).toBe(0);
});

test('a first start asks for the last minutes, not for all that ever was', async () => {
  const { open, look, stored, pass } = await stage();
  await open('long ago');
  pass(3_600_000);
  await open('just now');
  expect(await look()).toEqual({ added: 1, missed: 0, more: false });
  expect((await stored()).map(({ title }) => title)).toEqual(['just now']);
});

test('hours of downtime over many pages are made up for', async () => {
  const { github, look, pass, stored } = await stage();
  await look();
  pass(2 * 3_600_000);
  for (let n = 0; n < 130; n++) github.as('alice').openIssue(repo, { title: `${n}` });
  await github.webhooks.settled();
  pass(6 * 3_600_000);
  expect(await look()).toEqual({ added: 130, missed: 0, more: false });
  expect(await stored()).toHaveLength(130);
});

test('a payload that cannot be had now is asked for at the next look, however long that takes', async () => {
  const { github, open, look, stored, pass } = await stage();
  await look();
  await open('hard');
  github.faults.add({ when: { path: /deliveries\/\d+$/ }, times: 1, do: { status: 502 } });
  expect(await look()).toEqual({ added: 0, missed: 1, more: false });
  pass(3_600_000);
  await open('easy');
  expect(await look()).toEqual({ added: 2, missed: 0, more: false });
  expect((await stored()).map(({ title }) => title)).toEqual(['hard', 'easy']);
});

test('a delivery that GitHub forgot meanwhile is let go', async () => {
  const { github, open, look } = await stage();
  await look();
  await open('gone');
  github.faults.add({ when: { path: /deliveries\/\d+$/ }, times: 1, do: { status: 404 } });
  expect(await look()).toEqual({ added: 0, missed: 0, more: false });
});

test('what GitHub does not list stays missing', async () => {
  const { github, open, look, stored } = await stage();
  await look();
  github.webhooks.drop(1, { listed: false });
  await open('lost');
  expect(await look()).toEqual({ added: 0, missed: 0, more: false });
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

const hour = 3_600_000;

/** A busy GitHub: a delivery each 15 s in two days, of which every hundredth, from the oldest on, is wanted. */
async function busyStage(over: Partial<RecoveryParts> = {}, total = 12_000) {
  const { db, inbox } = await scratchStore();
  const now = Date.parse('2026-05-04T12:00:00Z');
  const event = (age: number) => ((total - 1 - age) % 100 === 0 ? 'issues' : 'check_run');
  const listed = Array.from({ length: total }, (_, age) => ({
    id: total - age,
    guid: `guid-${total - age}`,
    event: event(age),
    delivered_at: new Date(now - Math.round((age / total) * 47.9 * hour)).toISOString(),
  }));
  const calls = { pages: 0, payloads: [] as number[] };
  /** Throws for a page or a payload that GitHub does not give. */
  const weather = { page: (_cursor: number): void => {}, payload: (_id: number): void => {} };
  const apps = {
    listWebhookDeliveries: async ({ cursor = '0' }: { cursor?: string }) => {
      const at = Number(cursor);
      weather.page(at);
      calls.pages += 1;
      const next = `<https://api.github.example/app/hook/deliveries?cursor=${at + 100}>; rel="next"`;
      return { data: listed.slice(at, at + 100), headers: { link: at + 100 < total ? next : '' } };
    },
    getWebhookDelivery: async ({ delivery_id }: { delivery_id: number }) => {
      weather.payload(delivery_id);
      calls.payloads.push(delivery_id);
      return { data: { request: { payload: { action: 'labeled', id: delivery_id } } } };
    },
  };
  const parts: RecoveryParts = {
    authenticate: async () => ({ rest: { apps } }) as never,
    db,
    inbox,
    log: pino({ level: 'silent' }),
    now: () => now,
    wants: (name) => name === 'issues',
    arrived: () => {},
    ...over,
  };
  await setMeta(db, 'deliveries/seen', String(now - 48 * hour));
  const stored = async () => (await pendingDeliveries(db, 'github', now + 1e9, 1e6)).map(({ guid }) => guid);
  /** Looks until nothing more is to be done at once, also after a look that failed; the most pages that one took. */
  const looks = async () => {
    let [most, added] = [0, 0];
    for (let count = 0; count < 200; count += 1) {
      const before = calls.pages;
      const look = await recoverDeliveries(parts).catch(() => undefined);
      most = Math.max(most, calls.pages - before);
      added += look?.added ?? 0;
      if (look && !look.more) return { most, added };
    }
    throw new Error('no end of it');
  };
  const wanted = listed.filter(({ event: name }) => name === 'issues').map(({ guid }) => guid);
  return { calls, db, looks, now, parts, stored, wanted: wanted.toReversed(), weather };
}

test('two busy days are read to their end, in bounded looks, and come oldest first', async () => {
  const { calls, looks, stored, wanted } = await busyStage();
  const { most, added } = await looks();
  expect(added).toBe(120);
  expect(await stored()).toEqual(wanted);
  expect(calls.payloads).toEqual(calls.payloads.toSorted((a, b) => a - b));
  expect(most).toBeLessThanOrEqual(20);
  expect(calls.pages).toBe(120);
  // What was read is not read again.
  await looks();
  expect(calls.pages).toBe(121);
  expect(calls.payloads).toHaveLength(120);
});

test('what failed or died in the middle of them goes on from there; nothing is lost and nothing comes twice', async () => {
  const { calls, db, looks, now, parts, stored, wanted, weather } = await busyStage();
  const broken = new Set([3_300, 3_400, 9_900]);
  weather.page = (cursor) => {
    if (broken.delete(cursor)) throw Object.assign(new Error('Bad gateway'), { status: 502 });
  };
  await recoverDeliveries(parts);
  expect(await metaValue(db, 'deliveries/seen', () => '')).toBe(String(now - 48 * hour));
  // The process dies where a payload is asked for, and once more after some of them were stored.
  const deaths = [1, 6_001];
  const { inbox } = parts;
  parts.inbox = {
    ...inbox,
    add: (delivery) => {
      if (delivery.guid !== `guid-${deaths[0]}`) return inbox.add(delivery);
      deaths.shift();
      return new Promise(() => {});
    },
  };
  for (const left of [1, 0]) {
    void looks();
    await expect.poll(() => deaths.length, { timeout: 20_000 }).toBe(left);
  }
  const { added } = await looks();
  expect(added).toBeLessThan(120);
  expect(await stored()).toEqual(wanted);
  expect(calls.pages).toBeLessThan(150);
});

test('a place in the list that GitHub knows no more is not waited for: it is read from its beginning', async () => {
  const { looks, stored, wanted, weather } = await busyStage();
  let refused = 1;
  weather.page = (cursor) => {
    if (cursor === 4_000 && refused-- > 0) throw Object.assign(new Error('Bad cursor'), { status: 422 });
  };
  await looks();
  expect(await stored()).toEqual(wanted);
});

test('when GitHub asks to wait, the rest waits', async () => {
  const { calls, looks, now, stored, wanted, weather } = await busyStage();
  weather.payload = () => {
    if (calls.payloads.length >= 50) throw new GitHubBusy(now + 60_000, 'wait');
  };
  let asked = 0;
  const { payload } = weather;
  weather.payload = (id) => {
    asked += 1;
    payload(id);
  };
  expect(await looks()).toMatchObject({ added: 50 });
  expect(asked).toBeLessThan(70);
  weather.payload = () => {};
  expect(await looks()).toMatchObject({ added: 70 });
  expect((await stored()).toSorted()).toEqual(wanted.toSorted());
});

test('of more than is kept at a time the oldest come first, and the others after them', async () => {
  const { looks, stored, weather, db } = await busyStage({ wants: () => true }, 21_000);
  let most = 0;
  weather.page = () => {
    most += 1;
  };
  expect(await looks()).toMatchObject({ added: 20_000 });
  expect(await looks()).toMatchObject({ added: 1_000 });
  const found = await stored();
  expect(found).toHaveLength(21_000);
  expect(found.slice(0, 3)).toEqual(['guid-1', 'guid-2', 'guid-3']);
  expect(most).toBeLessThan(300);
  expect(await metaValue(db, 'deliveries/backlog', () => '')).toBe('{"missing":[]}');
});
