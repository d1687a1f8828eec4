/** Publishing for a database that is older than GitHub: it looks first, and does nothing a second time. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Item } from '#src/core/item.ts';
import type { Context } from '#src/engine/context.ts';
import { publish } from '#src/engine/effects/publish.ts';
import type { Outcome } from '#src/engine/executor.ts';
import { itemMarker } from '#src/engine/markers.ts';
import type { MirrorAnswer } from '#src/git/mirrors.ts';
import type { PushAnswer } from '#src/git/push.ts';
import { itemAt } from '../../core/story.ts';
import { scratchDir } from '../../store/scratch.ts';
import { scratchContext } from '../scratch.ts';

const theirs = 'd'.repeat(40);
const markerKey = 'a key';

interface World {
  /** Where the branch is on GitHub; undefined when it is not there. */
  branchAt?: string | undefined;
  bundle?: boolean;
  push?: PushAnswer;
  /** What fetching gives. */
  mirror?: MirrorAnswer;
  receipt?: unknown;
  pulls?: { login: string; body: string; state?: 'open' | 'closed'; merged_at?: string | null }[];
}

async function publishing(
  item: Item,
  { branchAt, bundle = false, push, pulls = [], mirror, receipt }: World,
): Promise<Outcome> {
  const listed = pulls.map(({ login, body, state = 'open', merged_at = null }, index) => ({
    number: 40 + index,
    html_url: `http://example.org/${40 + index}`,
    draft: true,
    state,
    merged_at,
    user: { login },
    body,
  }));
  const octokit = {
    rest: {
      apps: { createInstallationAccessToken: async () => ({ data: { token: 't' } }) },
      pulls: {
        list: async () => ({ data: listed }),
        get: async ({ pull_number }: { pull_number: number }) => ({
          data: { ...listed.find(({ number }) => number === pull_number), head: { sha: theirs }, commits: 3 },
        }),
      },
    },
  };
  const missing = join(await scratchDir(), 'branch.bundle');
  const head = item.run?.verdict?.head ?? '';
  const { context } = await scratchContext({
    markerKey,
    identity: { appId: 1, slug: 'prlt' },
    authenticate: (async () => octokit) as never,
    mirrors: {
      path: () => '/mirror',
      refresh: async () => mirror ?? { kind: 'ready', path: '/mirror' },
      resolve: async () => branchAt,
    } as never,
    handover: {
      bundle: () => (bundle ? import.meta.filename : missing),
      inspect: async () => ({ kind: 'accepted', repo: '/repo', head, commits: [{}] }),
      push: async () => push,
    } as never,
  });
  const settings = { ...context.settings, github: { web: 'http://example.org' } } as Context['settings'];
  const job = { item, again: false, attempts: 0, receipt, signal: new AbortController().signal };
  return publish({ ...context, settings }, { ...job, effect: { kind: 'publish', run: item.run?.id ?? '' } });
}

const item = itemAt('publishing');
const marker = itemMarker({ markerKey }, 'pull', item);
const head = item.run?.verdict?.head ?? '';

test('a branch that is out already is published, though the bundle went', async () => {
  expect(await publishing(item, { branchAt: head })).toMatchObject({
    kind: 'done',
    events: [{ type: 'change_published', change: { branch: item.run?.branch, head } }],
  });
});

test.each([undefined, theirs])(
  'without bundle and with a branch at %s the agent is asked again',
  async (branchAt) => {
    expect(await publishing(item, { branchAt })).toMatchObject({
      kind: 'done',
      events: [{ type: 'change_refused', fault: 'machinery' }],
    });
  },
);

const moved: PushAnswer = { kind: 'moved', actual: theirs };

test('a branch that moved because its pull request is ours is taken up', async () => {
  const pulls = [{ login: 'prlt[bot]', body: `${marker}\n\nCloses #1` }];
  expect(await publishing(item, { bundle: true, push: moved, pulls })).toMatchObject({
    kind: 'done',
    events: [
      { type: 'pull_found', change: { head: theirs, commits: 3, pull: { number: 40, state: 'open' } } },
    ],
  });
});

test.each([
  ['nobody has opened one', []],
  ['somebody else pasted the marker', [{ login: 'mallory', body: marker }]],
  [
    'the marker has another MAC',
    [{ login: 'prlt[bot]', body: itemMarker({ markerKey: 'k' }, 'pull', item) }],
  ],
  [
    'it is of another item',
    [{ login: 'prlt[bot]', body: itemMarker({ markerKey }, 'pull', { ...item, number: 99 }) }],
  ],
  ['a person closed it', [{ login: 'prlt[bot]', body: marker, state: 'closed' as const }]],
])('a branch that moved is left alone where %s', async (_, pulls) => {
  expect(await publishing(item, { bundle: true, push: moved, pulls })).toMatchObject({
    kind: 'done',
    events: [{ type: 'change_refused', failure: { code: 'BRANCH_MOVED' }, fault: 'final' }],
  });
});

const no = { kind: 'denied', reason: 'error: 403', passing: true } as const;

test.each<[string, World, string]>([
  ['push', { bundle: true, push: no }, 'PERMISSION_MISSING'],
  ['fetch without a bundle', { mirror: no }, 'PUBLISH_REFUSED'],
])('a no to a %s that may pass is asked for twice more before it holds', async (_, world, code) => {
  let receipt: unknown;
  for (const after of [10_000, 50_000]) {
    const outcome = await publishing(item, { ...world, receipt });
    expect(outcome).toMatchObject({ kind: 'later', after });
    receipt = outcome.kind === 'later' ? outcome.receipt : undefined;
  }
  expect(await publishing(item, { ...world, receipt })).toMatchObject({
    events: [{ type: 'change_refused', failure: { code } }],
  });
});

test('a no that lasts holds at once', async () => {
  const push = { kind: 'denied', reason: 'not found' } as const;
  expect(await publishing(item, { bundle: true, push })).toMatchObject({
    events: [{ type: 'change_refused', failure: { code: 'PERMISSION_MISSING' }, fault: 'final' }],
  });
});
