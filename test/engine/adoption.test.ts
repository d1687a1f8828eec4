/** What a restored database takes for its own, and what it leaves alone. */
import { expect, test } from 'vitest';
import { findOwnFix, findOwnPull } from '#src/engine/adoption.ts';
import { itemMarker } from '#src/engine/markers.ts';
import { now } from '#test/support/builders.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

const markerKey = 'a key';
const head = 'd'.repeat(40);
const bot = '5+prlt[bot]@users.noreply.github.example';

interface World {
  restored?: boolean;
  /** Of the pull request; milliseconds since the epoch. */
  closedAt?: number;
  merged?: boolean;
  author?: string;
  headNow?: string;
  committer?: string;
}

async function world({ restored = true, closedAt, merged, author = 'prlt[bot]', ...now }: World) {
  const at = closedAt === undefined ? null : new Date(closedAt).toISOString();
  const listed = {
    number: 40,
    html_url: 'http://github.example/40',
    state: at ? 'closed' : 'open',
    closed_at: at,
    merged_at: merged ? at : null,
    user: { login: author },
    body: itemMarker({ markerKey }, 'pull', itemAt('review')),
    head: { ref: 'gone', sha: now.headNow ?? head },
    commits: 2,
  };
  const commit = { committer: { email: now.committer ?? bot } };
  const rest = {
    pulls: { list: async () => ({ data: [listed] }), get: async () => ({ data: listed }) },
    repos: { getCommit: async () => ({ data: { commit } }) },
    users: { getByUsername: async () => ({ data: { id: 5 } }) },
  };
  const { context } = await scratchContext({
    restored,
    markerKey,
    identity: { appId: 1, slug: 'prlt' },
    authenticate: (async () => ({ rest })) as never,
    mirrors: { branches: async () => [] } as never,
  });
  context.settings.github.host = 'github.example';
  return context;
}

test.each<[string, World, string | undefined]>([
  ['merged', { closedAt: now, merged: true }, 'merged'],
  ['closed', { closedAt: now }, 'closed'],
  ['closed before the work was asked for', { closedAt: now - 1 }, undefined],
  ['of somebody else', { closedAt: now, author: 'mallory' }, undefined],
  ['closed, and nothing was restored', { closedAt: now, restored: false }, undefined],
])('without its branch a pull request that is %s', async (_, about, state) => {
  expect((await findOwnPull(await world(about), itemAt('claimed')))?.pull.state).toBe(state);
});

test.each<[string, World, boolean]>([
  ['moved', {}, true],
  ['is where it was', { headNow: itemAt('review').change?.head ?? '' }, false],
  ['was moved by a person', { committer: 'alice@example.org' }, false],
  ['moved, and nothing was restored', { restored: false }, false],
])('a fix is taken for done where the pull request %s', async (_, about, done) => {
  const found = await findOwnFix(await world(about), itemAt('review'));
  expect(found).toEqual(done ? { branch: itemAt('review').change?.branch, head, commits: 2 } : undefined);
});
