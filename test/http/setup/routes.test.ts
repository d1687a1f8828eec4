/** The set-up pages: who gets in, what is refused, what can be tried again. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createOneTimeCode, mostWrong } from '#src/http/setup/code.ts';
import type { NewApp } from '#src/http/setup/conversion.ts';
import { type SetupParts, setupRoutes } from '#src/http/setup/routes.ts';
import { readAppDescription } from '#src/setup.ts';

const origin = 'http://prlt.test';
const answer = {
  id: 7,
  slug: 'mine',
  html_url: 'https://github.com/apps/mine',
  pem: 'a private key',
  webhook_secret: 'a webhook secret',
  client_id: 'Iv1',
  client_secret: 'a client secret',
};

/** A GitHub that answers with these statuses in turn, 201 after the last. */
async function conversions(...statuses: number[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const status = statuses.shift() ?? 201;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function stage(over: Partial<SetupParts> = {}, ...statuses: number[]) {
  const { api, asked } = await conversions(...statuses);
  const code = createOneTimeCode(Date.now);
  const made: NewApp[] = [];
  let finished = 0;
  const app = setupRoutes({
    code,
    described: readAppDescription(),
    github: { api, web: 'https://github.com' },
    file: '/srv/.env',
    made: async (one) => void made.push(one),
    finished: () => void finished++,
    ...over,
  });
  const send = (fields: Record<string, string>, cookie = '') =>
    app.request(`${origin}/setup`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { cookie, origin },
    });
  const open = async (): Promise<{ cookie: string; state: string }> => {
    const page = await send({ code: code.text });
    const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? '';
    return { cookie, state: /state=([\w-]+)/.exec(await page.text())?.[1] ?? '' };
  };
  const back = (state: string, cookie: string) =>
    app.request(`${origin}/setup/done?code=abc&state=${state}`, { headers: { cookie } });
  return { app, code, send, open, back, asked, made, finished: () => finished };
}

test('a wrong code opens nothing', async () => {
  const { send, back, asked } = await stage();
  const page = await send({ code: 'AAAAA-AAAAA-AAAAA-AAAAA', organisation: '"><script>' });
  expect(page.status).toBe(403);
  expect(page.headers.get('set-cookie')).toBeNull();
  const text = await page.text();
  expect(text).not.toContain('<script>');
  expect(text).not.toContain('name="manifest"');
  expect((await back('', '')).status).toBe(403);
  expect(asked).toEqual([]);
});

test('guessing is slowed down', async () => {
  const { send, code } = await stage();
  for (let n = 0; n < mostWrong; n++) expect((await send({ code: `${n}` })).status).toBe(403);
  const limited = await send({ code: code.text });
  expect(limited.status).toBe(429);
  expect(limited.headers.get('retry-after')).toBe('60');
});

test('the code lets in one browser, which may correct itself', async () => {
  const { send, open, code } = await stage();
  const { cookie } = await open();
  const other = await send({ code: code.text });
  expect(other.status).toBe(403);
  expect(await other.text()).toContain('used already');
  const corrected = await send({ organisation: 'acme' }, cookie);
  expect(await corrected.text()).toContain('/organizations/acme/settings/apps/new');
});

test.each([
  ['an organisation that is a path', { organisation: '../../login' }],
  ['an address with a path', { publicUrl: 'https://prlt.example.org/hooks' }],
  ['an address that is none', { publicUrl: 'prlt.example.org' }],
  ['an address with a password', { publicUrl: 'https://me:secret@prlt.example.org' }],
  ['another scheme', { publicUrl: 'javascript:alert(1)' }],
])('%s is refused, and the code is not used up', async (_, fields) => {
  const { send, code } = await stage();
  expect((await send({ code: code.text, ...fields })).status).toBe(400);
  expect((await send({ code: code.text })).status).toBe(200);
});

test('an answer of GitHub counts once', async () => {
  const { open, back, made, asked, finished } = await stage();
  const { cookie, state } = await open();
  const [first, second] = await Promise.all([back(state, cookie), back(state, cookie)]);
  expect([first.status, second.status].toSorted()).toEqual([200, 403]);
  expect((await back(state, cookie)).status).toBe(403);
  expect(asked).toEqual(['POST /app-manifests/abc/conversions']);
  expect(made).toHaveLength(1);
  await expect.poll(finished).toBe(1);
});

test('when GitHub does not answer well, the same page can be loaded again', async () => {
  const { open, back, made } = await stage({}, 502);
  const { cookie, state } = await open();
  expect((await back(state, cookie)).status).toBe(502);
  expect((await back(state, cookie)).status).toBe(200);
  expect(made).toHaveLength(1);
});

test('a code that GitHub refuses ends there', async () => {
  const { open, back, made, finished } = await stage({}, 404);
  const { cookie, state } = await open();
  const page = await back(state, cookie);
  expect(page.status).toBe(502);
  expect(await page.text()).toContain('delete it there');
  expect((await back(state, cookie)).status).toBe(403);
  expect([made, finished()]).toEqual([[], 0]);
});

test('credentials that cannot be kept are said, not shown', async () => {
  const { open, back, finished } = await stage({ made: () => Promise.reject(new Error('a private key')) });
  const { cookie, state } = await open();
  const page = await back(state, cookie);
  expect(page.status).toBe(500);
  const text = await page.text();
  expect(text).toContain('/srv/.env');
  expect(text).not.toContain('a private key');
  expect(finished()).toBe(0);
});

test('a form that is too large is not read', async () => {
  const { send } = await stage();
  expect((await send({ code: 'x'.repeat(20_000) })).status).toBe(413);
});
