/** Which part of a monorepo an item is about, and what follows for profile, image and set-up. */
import { describe, expect, test } from 'vitest';
import { partFor } from '#src/core/parts.ts';
import { type Part, route, toolchain } from '#src/core/policy.ts';
import { aPolicy, aSnapshot } from '#test/support/builders.ts';

const parts: Part[] = [
  { directory: 'packages/web', setup: ['npm ci'], profile: 'web', image: 'node-dev' },
  { directory: 'packages/web/admin', setup: [] },
  { directory: 'api', profile: 'server' },
];

const told: [string, Partial<Parameters<typeof aSnapshot>[0]>, string | undefined][] = [
  ['nothing', {}, undefined],
  ['a label', { labels: ['path:api'] }, 'api'],
  ['a label with slashes', { labels: ['path:./packages/web/'] }, 'packages/web'],
  ['a label that outdoes the text', { labels: ['Path:api'], body: 'In packages/web/x.ts' }, 'api'],
  ['a label of no part', { labels: ['path:apo'], body: 'In packages/web/x.ts' }, undefined],
  ['two labels', { labels: ['path:api', 'path:packages/web'] }, undefined],
  ['the title', { title: 'Mend packages/web/src/a.ts' }, 'packages/web'],
  ['the folder alone', { body: 'Look at `packages/web`.' }, 'packages/web'],
  ['the deepest of nested parts', { body: 'See packages/web/admin/x.ts:12' }, 'packages/web/admin'],
  ['a relative path', { body: '(./api/main.go)' }, 'api'],
  ['a word that is no path', { body: 'The api is slow.' }, undefined],
  ['a folder that only begins alike', { body: 'packages/website/x and apis/y' }, undefined],
  ['a folder somewhere below', { body: 'old/packages/web/x' }, undefined],
  ['an address', { body: 'https://example.org/api/x' }, undefined],
  ['several parts', { body: 'packages/web/a.ts and api/b.go' }, undefined],
  ['a comment that nobody sees', { body: '<!-- api/b.go --> Hello' }, undefined],
];

test.each(told)('%s', (_, over, directory) => {
  expect(partFor(parts, aSnapshot(over)).part?.directory).toBe(directory);
});

describe('what people are told', () => {
  test.each([
    [{ labels: ['path:api'] }, /about the part `api`, as its label says/],
    [{ body: 'api/x' }, /about the part `api`, as its text says/],
    [{ labels: ['path:nope'] }, /no part `nope` in `paths`/],
    [{ body: 'packages/web/a api/b' }, /several parts \(`packages\/web`, `api`\)/],
  ])('%j', (over, note) => {
    expect(partFor(parts, aSnapshot(over)).note).toMatch(note);
  });
  test('nothing where nothing was to choose', () => {
    expect(partFor(parts, aSnapshot())).toEqual({});
    expect(partFor([], aSnapshot({ labels: ['path:api'] }))).toEqual({});
  });
});

const policy = aPolicy({
  profiles: { coder: { runner: 'command' }, web: { runner: 'claude', image: 'web-image' }, server: {} },
  paths: parts,
  setup: ['make deps'],
  image: 'all-image',
});

test.each<[string[], string]>([
  [[], 'coder'],
  [['path:packages/web'], 'web'],
  [['path:packages/web/admin'], 'coder'],
  [['path:packages/web', 'profile:coder'], 'coder'],
])('profile for %j is %s', (labels, profile) => {
  expect(route(policy, aSnapshot({ labels }))).toMatchObject({ profile });
});

test('a profile that nobody can run is said, not replaced by the worker', () => {
  expect(route(policy, aSnapshot({ labels: ['path:api'] }))).toEqual({ code: 'NO_RUNNER', what: 'server' });
});

test.each<[string[], string, object]>([
  [[], 'coder', { image: 'all-image', setup: [{ directory: '.', steps: ['make deps'] }] }],
  [[], 'web', { image: 'web-image', setup: [{ directory: '.', steps: ['make deps'] }] }],
  [
    ['path:packages/web'],
    'web',
    { image: 'node-dev', setup: [{ directory: 'packages/web', steps: ['npm ci'] }] },
  ],
  [['path:packages/web/admin'], 'coder', { image: 'all-image', setup: [] }],
  [['path:api'], 'coder', { image: 'all-image', setup: [{ directory: '.', steps: ['make deps'] }] }],
])('%j with profile %s', (labels, profile, expected) => {
  expect(toolchain(policy, policy.profiles[profile], aSnapshot({ labels }))).toEqual(expected);
});
