/** Making an App from a manifest: what GitHub's page refuses, the way back, and a code that is good once. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appJwt, octokitWith } from '#test/support/github/clients.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

const manifest = {
  name: 'One of many',
  url: 'https://prlt.example.org',
  redirect_url: 'http://127.0.0.1:3000/setup/done',
  hook_attributes: { url: 'https://prlt.example.org/api/github/webhooks', active: true },
  default_permissions: { metadata: 'read', issues: 'write' },
  default_events: ['issues'],
};
let github: LocalGitHub;

beforeEach(async () => {
  github = await startLocalGitHub();
});
afterEach(async () => {
  expect(github.contractViolations).toEqual([]);
  await github.close();
});

const submit = (given: object, path = '/settings/apps/new?state=abc') =>
  fetch(`${github.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams({ manifest: JSON.stringify(given) }),
    redirect: 'manual',
  });
const convert = (code: string | null) =>
  fetch(`${github.url}/api/v3/app-manifests/${code}/conversions`, { method: 'POST' });

it('leads back with a code and the state; the code gives the credentials once', async () => {
  const answer = await submit(manifest);
  expect(answer.status).toBe(302);
  const back = new URL(answer.headers.get('location') ?? '');
  expect(back.origin + back.pathname).toBe(manifest.redirect_url);
  expect(back.searchParams.get('state')).toBe('abc');
  const code = back.searchParams.get('code');
  const made = await convert(code);
  expect(made.status).toBe(201);
  const { id, slug, pem, webhook_secret } = (await made.json()) as Record<string, string>;
  expect(slug).toBe('one-of-many');
  expect(webhook_secret?.length).toBeGreaterThan(20);
  expect((await convert(code)).status).toBe(404);
  const jwt = appJwt({ ...github, app: { ...github.app, id: Number(id), privateKey: pem ?? '' } });
  expect((await octokitWith(github, jwt).request('GET /app')).data?.permissions).toEqual(
    manifest.default_permissions,
  );
  const hook = await octokitWith(github, jwt).request('GET /app/hook/config');
  expect(hook.data.url).toBe(manifest.hook_attributes.url);
});

it('knows whose App it is', async () => {
  await submit(manifest, '/organizations/acme/settings/apps/new?state=abc');
  expect(github.registrations.map(({ organisation }) => organisation)).toEqual(['acme']);
});

it.each([
  ['installation events', { default_events: ['issues', 'installation'] }, /not supported: installation/],
  ['an event without its permission', { default_events: ['push'] }, /permissions that are missing: push/],
  ['an event that nobody knows', { default_events: ['moon_phase'] }, /not supported: moon_phase/],
  ['no url', { url: undefined }, /Url must be/],
  ['no way back', { redirect_url: undefined }, /Redirect url/],
  ['a hook on the own machine', { hook_attributes: { url: 'http://localhost:3000/' } }, /public Internet/],
  ['a name that is too long', { name: 'x'.repeat(35) }, /too long/],
  ['a name that is taken', { name: 'prlt' }, /already taken/],
])('refuses %s', async (_, over, says) => {
  const answer = await submit({ ...manifest, ...over });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toMatch(says);
  expect(github.registrations).toEqual([]);
});
