/** The client that Probot hands out, against a real server: Octokit's own retry and spacing must stay off. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProbot } from 'probot';
import { expect, it, onTestFinished } from 'vitest';
import { governedOctokit } from '#src/github/client.ts';
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

async function client(url: string) {
  const governor = createGovernor({ now: Date.now, sleep: async () => undefined, writesPerMinute: 150 });
  const probot = createProbot({
    env: {},
    overrides: {
      appId: 1,
      privateKey,
      secret: 's',
      baseUrl: url,
      logLevel: 'fatal',
      Octokit: governedOctokit(governor),
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
