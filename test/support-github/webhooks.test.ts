/** Webhooks: signatures, payloads that cover GitHub's own examples, and every way a delivery goes wrong. */

import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import examples from '@octokit/webhooks-examples' with { type: 'json' };
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asApp, asInstallation } from '#test/support/github/clients.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

interface Received {
  event: string;
  guid: string;
  signature: string;
  raw: string;
  payload: Record<string, unknown> & { action?: string };
}

const name = 'acme/widgets';
let github: LocalGitHub;
let server: Server;
let received: Received[];
let answer: number;

beforeEach(async () => {
  received = [];
  answer = 202;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const header = (key: string) => String(request.headers[key]);
      received.push({
        event: header('x-github-event'),
        guid: header('x-github-delivery'),
        signature: header('x-hub-signature-256'),
        raw,
        payload: JSON.parse(raw) as Received['payload'],
      });
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/github/webhooks`;
  github = await startLocalGitHub({ webhook: { url, secret: 's3cret' } });
  await github.createRepository({ owner: 'acme', name: 'widgets', files: { 'a.txt': '1\n' } });
  github.grant(name, 'alice', 'write');
  await github.webhooks.settled();
});

afterEach(async () => {
  expect(github.contractViolations).toEqual([]);
  await github.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const seen = () =>
  received.map(({ event, payload }) => (payload.action === undefined ? event : `${event}.${payload.action}`));

/** Does, as people and as the app, everything that leads to an event. */
async function liveALittle(): Promise<void> {
  const alice = github.as('alice');
  const owner = github.as('acme');
  const issue = alice.openIssue(name, { title: 'Wish', body: 'b', labels: ['bug'] });
  alice.editIssue(name, issue.number, { title: 'Bigger wish' });
  alice.label(name, issue.number, 'agent:ready');
  alice.unlabel(name, issue.number, 'agent:ready');
  alice.assign(name, issue.number, 'alice');
  alice.closeIssue(name, issue.number);
  alice.reopenIssue(name, issue.number);
  const comment = alice.comment(name, issue.number, '/prlt start');
  alice.editComment(name, comment.id, 'edited');
  alice.deleteComment(name, comment.id);
  owner.lock(name, issue.number);
  await github.createRepository({ owner: 'acme', name: 'other' });
  owner.transferIssue(name, issue.number, 'acme/other');
  owner.deleteIssue(name, alice.openIssue(name, { title: 'Gone' }).number);

  await alice.push(name, 'topic', { 'a.txt': '2\n' });
  const pull = await alice.openPull(name, { title: 'P', head: 'topic', base: 'main', draft: true });
  const number = pull.issue.number;
  const sha = await alice.push(name, 'topic', { 'b.txt': 'b\n' });
  alice.markReady(name, number);
  alice.convertToDraft(name, number);
  alice.markReady(name, number);
  alice.label(name, number, 'bug');
  await alice.editPull(name, number, { title: 'PP' });
  await alice.closePull(name, number);
  await alice.reopenPull(name, number);
  await github
    .as('bob')
    .review(name, number, { event: 'APPROVE', comments: [{ path: 'b.txt', line: 1, body: 'nice' }] });
  const octokit = await asInstallation(github, 'acme');
  const at = { owner: 'acme', repo: 'widgets' };
  const check = await octokit.rest.checks.create({
    ...at,
    name: 'prlt',
    head_sha: sha,
    conclusion: 'failure',
    actions: [{ label: 'A', description: 'A', identifier: 'again' }],
  });
  alice.rerequestCheck(name, check.data.id);
  alice.requestAction(name, check.data.id, 'again');
  await alice.mergePull(name, number);
  await alice.deleteBranch(name, 'topic');
  github.setPrivate(name, true);
  github.renameRepository(name, 'gadgets');
  github.archiveRepository('acme/gadgets');
  github.selectRepositories('acme', { remove: ['acme/other'] });
  github.suspend('acme');
  github.unsuspend('acme');
  github.uninstall('acme');
  await github.webhooks.settled();
}

describe('payloads', () => {
  it('are signed over the raw bytes', async () => {
    github.as('alice').openIssue(name, { title: 'Ünïcode 🚪' });
    await github.webhooks.settled();
    const [first, last] = [received[0], received.at(-1)];
    expect(first).toMatchObject({ event: 'installation', payload: { action: 'created' } });
    expect(last?.signature).toBe(
      `sha256=${createHmac('sha256', 's3cret')
        .update(last?.raw ?? '')
        .digest('hex')}`,
    );
    expect(last?.payload).toMatchObject({
      action: 'opened',
      installation: { id: github.app.installationId('acme') },
      organization: { login: 'acme' },
      sender: { login: 'alice' },
    });
  });

  it('cover every key of GitHub’s examples', async () => {
    await liveALittle();
    const gaps: string[] = [];
    for (const event of new Set(received.map((each) => each.event))) gaps.push(...missingKeys(event));
    expect(gaps).toEqual([]);
    expect(new Set(seen())).toEqual(new Set(EXPECTED));
  });
});

/** Keys that example payloads have and ours lack, for the actions both have. */
function missingKeys(event: string): string[] {
  const known = (examples as unknown as { name: string; examples: Received['payload'][] }[]).find(
    (each) => each.name === event,
  );
  const gaps = new Set<string>();
  for (const mine of received.filter((each) => each.event === event)) {
    const example = known?.examples.find(
      (each) => each.action === mine.payload.action && 'organization' in each,
    );
    const any = example ?? known?.examples.find((each) => each.action === mine.payload.action);
    if (any === undefined) continue;
    for (const [key, value] of Object.entries(any)) {
      const ours = mine.payload[key];
      if (!(key in mine.payload)) gaps.add(`${event}.${mine.payload.action}: ${key}`);
      else if (isObject(value) && isObject(ours))
        for (const inner of Object.keys(value))
          if (!(inner in ours) && !OLD.has(inner)) gaps.add(`${event}: ${key}.${inner}`);
    }
  }
  return [...gaps];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys of the examples that GitHub has stopped sending, or that only some repositories have. */
const OLD = new Set(['deployment']);

const EXPECTED = [
  ...['created', 'suspend', 'unsuspend', 'deleted'].map((action) => `installation.${action}`),
  ...['added', 'removed'].map((action) => `installation_repositories.${action}`),
  ...[
    'opened',
    'edited',
    'labeled',
    'unlabeled',
    'assigned',
    'closed',
    'reopened',
    'locked',
    'transferred',
    'deleted',
  ].map((action) => `issues.${action}`),
  ...['created', 'edited', 'deleted'].map((action) => `issue_comment.${action}`),
  ...[
    'opened',
    'synchronize',
    'ready_for_review',
    'converted_to_draft',
    'labeled',
    'edited',
    'closed',
    'reopened',
  ].map((action) => `pull_request.${action}`),
  'pull_request_review.submitted',
  'pull_request_review_comment.created',
  ...['created', 'completed', 'rerequested', 'requested_action'].map((action) => `check_run.${action}`),
  ...['requested', 'completed'].map((action) => `check_suite.${action}`),
  'push',
  'create',
  'delete',
  ...['privatized', 'renamed', 'archived'].map((action) => `repository.${action}`),
];

describe('who hears of it', () => {
  it('nobody without the installation, the subscription or the permission', async () => {
    await github.createRepository({ owner: 'rival', name: 'thing', install: false });
    received.length = 0;
    github.as('alice').openIssue('rival/thing', { title: 'x' });
    github.suspend('acme');
    github.as('alice').openIssue(name, { title: 'x' });
    await github.webhooks.settled();
    expect(seen()).toEqual(['installation.suspend']);
  });
});

describe('faults', () => {
  it('drops, duplicates, holds back and reorders', async () => {
    const alice = github.as('alice');
    received.length = 0;
    github.webhooks.drop(1);
    github.webhooks.duplicate((delivery) => delivery.action === 'closed');
    const issue = alice.openIssue(name, { title: 'lost' });
    alice.closeIssue(name, issue.number);
    await github.webhooks.settled();
    expect(seen()).toEqual(['issues.closed', 'issues.closed']);
    expect(new Set(received.map((each) => each.guid)).size).toBe(1);

    received.length = 0;
    github.webhooks.hold();
    alice.reopenIssue(name, issue.number);
    alice.closeIssue(name, issue.number);
    await github.webhooks.settled();
    expect(seen()).toEqual([]);
    await github.webhooks.release({ order: 'reverse' });
    expect(seen()[0]).toBe('issues.closed');
    expect(seen().at(-1)).toBe('issues.reopened');
  });

  it('lists failures to the app, which may ask again under the same GUID', async () => {
    answer = 500;
    github.as('alice').openIssue(name, { title: 'x' });
    await github.webhooks.settled();
    answer = 200;
    const app = asApp(github);
    const failed = await app.request('GET /app/hook/deliveries', { status: 'failure' });
    expect(failed.data).toMatchObject([
      { event: 'issues', action: 'opened', status_code: 500, redelivery: false },
    ]);
    const [delivery] = failed.data;
    const detail = await app.rest.apps.getWebhookDelivery({ delivery_id: Number(delivery?.id) });
    expect(detail.data.request.payload).toMatchObject({ action: 'opened' });
    await app.rest.apps.redeliverWebhookDelivery({ delivery_id: Number(delivery?.id) });
    await github.webhooks.settled();
    expect(received.slice(-2).map((each) => each.guid)).toEqual([delivery?.guid, delivery?.guid]);
    const all = await app.paginate('GET /app/hook/deliveries', { per_page: 1 });
    expect(all.filter((each) => each.guid === delivery?.guid).map((each) => each.redelivery)).toEqual([
      true,
      false,
    ]);
  });

  it('loses a delivery without a trace when told to', async () => {
    github.webhooks.drop((delivery) => delivery.event === 'issues', { listed: false });
    github.as('alice').openIssue(name, { title: 'x' });
    await github.webhooks.settled();
    const listed = await asApp(github).rest.apps.listWebhookDeliveries();
    expect(listed.data.filter((each) => each.event === 'issues')).toEqual([]);
    expect(github.deliveries.filter((each) => each.event === 'issues')).toHaveLength(1);
  });
});
