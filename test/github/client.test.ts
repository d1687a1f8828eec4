/** The client that Probot hands out, against a real server: Octokit's own retry and spacing must stay off. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProbot } from 'probot';
import { expect, it, onTestFinished } from 'vitest';
import { governedOctokit } from '#src/github/client.ts';
import { githubFailure } from '#src/github/failures.ts';
import { createGovernor } from '#src/github/governor.ts';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs1',
  format: 'pem',
}) as string;

/** Answers tokens, and everything else with `status`, to the first token as `first` says; counts what is not a token. */
async function server(status: number, first = status): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  let minted = 0;
  const http = createServer((request, response) => {
    request.resume().on('end', () => {
      const isToken = request.url?.endsWith('/access_tokens') === true;
      if (!isToken) asked += 1;
      if (isToken) minted += 1;
      const isFirst = request.headers.authorization?.endsWith('ghs_1') === true;
      response.writeHead(isToken ? 201 : isFirst ? first : status, { 'content-type': 'application/json' });
      const token = { token: `ghs_${minted}`, expires_at: new Date(Date.now() + 3_600_000).toISOString() };
      response.end(JSON.stringify(isToken ? { ...token, permissions: {} } : { id: 1 }));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked: () => asked };
}

async function client(url: string, patience?: number) {
  const governor = createGovernor({ now: Date.now, sleep: async () => undefined, writesPerMinute: 150 });
  const probot = createProbot({
    env: {},
    overrides: {
      appId: 1,
      privateKey,
      secret: 's',
      baseUrl: url,
      logLevel: 'fatal',
      Octokit: governedOctokit(governor, patience),
    },
  });
  return probot.auth(7);
}

it('does not space writes a second apart', async () => {
  const { url, asked } = await server(201);
  const octokit = await client(url);
  const place = { owner: 'acme', repo: 'widgets', issue_number: 1 };
  const began = performance.now();
  for (let n = 0; n < 4; n += 1) await octokit.rest.issues.createComment({ ...place, body: `${n}` });
  expect(asked()).toBe(4);
  // The throttling plugin would take nine seconds for four comments.
  expect(performance.now() - began).toBeLessThan(3_000);
});

it('sends a request that failed once only', async () => {
  const { url, asked } = await server(502);
  const octokit = await client(url);
  const call = octokit.rest.issues.createComment({
    owner: 'acme',
    repo: 'widgets',
    issue_number: 1,
    body: 'x',
  });
  await expect(call).rejects.toThrow();
  expect(asked()).toBe(1);
});

it('takes an answer that breaks off for a lost one, not for an empty one', async () => {
  const http = createServer((request, response) => {
    request.resume().on('end', () => {
      const isToken = request.url?.endsWith('/access_tokens') === true;
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      const body = JSON.stringify(isToken ? { token: 'ghs_1', expires_at, permissions: {} } : { id: 1 });
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': body.length });
      if (isToken) return void response.end(body);
      response.write(body.slice(0, 3));
      setTimeout(() => response.destroy(), 20);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  const octokit = await client(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const place = { owner: 'acme', repo: 'widgets', issue_number: 1 };
  const error: unknown = await octokit.rest.issues.createComment({ ...place, body: 'x' }).catch((e) => e);
  expect(githubFailure(error)).toMatchObject({ kind: 'later', reason: expect.stringContaining('cut off') });
});

/** Keeps every request for `ms` milliseconds; undefined: for ever. */
async function slowServer(ms: number | undefined): Promise<string> {
  const http = createServer((request, response) => {
    const isToken = request.url?.endsWith('/access_tokens') === true;
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const answer = () => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isToken ? { token: 'ghs_1', expires_at, permissions: {} } : { id: 1 }));
    };
    if (isToken) answer();
    else if (ms !== undefined) setTimeout(answer, ms);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close().closeAllConnections());
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

it('gives up a request that is never answered, as something to try later', async () => {
  const octokit = await client(await slowServer(undefined), 300);
  const error: unknown = await octokit.request('GET /repos/acme/widgets').catch((e) => e);
  expect(githubFailure(error)).toMatchObject({ kind: 'later', at: undefined });
});

it('gives every request a time of its own', async () => {
  const octokit = await client(await slowServer(200), 600);
  for (let n = 0; n < 5; n += 1) expect((await octokit.request('GET /meta')).status).toBe(201);
});

it('does not count the time in the queue of writes as time without an answer', async () => {
  const octokit = await client(await slowServer(250), 900);
  const place = { owner: 'acme', repo: 'widgets', issue_number: 1 };
  const writes = Array.from({ length: 6 }, (_, n) =>
    octokit.rest.issues.createComment({ ...place, body: `${n}` }),
  );
  expect((await Promise.all(writes)).map(({ status }) => status)).toEqual(writes.map(() => 201));
});

it('asks for a new token when the one at hand is refused', { timeout: 20_000 }, async () => {
  const { url, asked } = await server(201, 401);
  const octokit = await client(url);
  const place = { owner: 'acme', repo: 'widgets', issue_number: 1 };
  const { status } = await octokit.rest.issues.createComment({ ...place, body: 'x' });
  expect(status).toBe(201);
  const before = asked();
  await octokit.rest.issues.createComment({ ...place, body: 'y' });
  expect(asked()).toBe(before + 1);
});
