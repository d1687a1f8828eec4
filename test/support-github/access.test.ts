/** Who gets in: JWTs, installation tokens and their narrowing, expiry, and what stays hidden. */
import { ProbotOctokit } from 'probot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appJwt,
  asApp,
  asInstallation,
  installationToken,
  octokitWith,
} from '#test/support/github/clients.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

const at = { owner: 'acme', repo: 'widgets' };
let github: LocalGitHub;
let skewMs = 0;

beforeAll(async () => {
  github = await startLocalGitHub({ clock: () => Date.now() + skewMs });
  await github.createRepository({ owner: 'acme', name: 'widgets' });
  await github.createRepository({ owner: 'acme', name: 'secret', private: true });
  await github.createRepository({ owner: 'rival', name: 'hidden', private: true, install: false });
  await github.createRepository({ owner: 'rival', name: 'open', install: false });
});

afterAll(async () => {
  expect(github.contractViolations).toEqual([]);
  await github.close();
});

describe('an app JWT', () => {
  it('opens the app endpoints and nothing else', async () => {
    const app = asApp(github);
    expect((await app.rest.apps.getAuthenticated()).data?.slug).toBe('prlt');
    expect((await app.rest.apps.listInstallations()).data.map((each) => each.account?.id)).toHaveLength(1);
    expect((await app.rest.apps.getRepoInstallation(at)).data.id).toBe(github.app.installationId('acme'));
    await expect(app.rest.apps.getRepoInstallation({ owner: 'rival', repo: 'open' })).rejects.toMatchObject({
      status: 404,
    });
    await expect(app.rest.repos.get(at)).rejects.toMatchObject({ status: 403 });
  });

  it('may name the client id instead of the app id', async () => {
    const octokit = octokitWith(github, appJwt(github, { iss: github.app.clientId }));
    expect((await octokit.rest.apps.getAuthenticated()).status).toBe(200);
  });

  it.each([
    ['expired', { exp: -10 }],
    ['valid for too long', { exp: 900 }],
    ['issued in the future', { iat: 300 }],
  ])('is refused when %s', async (_name, offsets: { exp?: number; iat?: number }) => {
    const seconds = Math.floor(Date.now() / 1000);
    const claims = Object.fromEntries(Object.entries(offsets).map(([key, value]) => [key, seconds + value]));
    await expect(
      octokitWith(github, appJwt(github, claims)).rest.apps.getAuthenticated(),
    ).rejects.toMatchObject({ status: 401 });
  });

  it('is refused with another key', async () => {
    const other = await startLocalGitHub();
    const forged = appJwt({ ...github, app: { ...github.app, privateKey: other.app.privateKey } });
    await other.close();
    await expect(octokitWith(github, forged).rest.apps.getAuthenticated()).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe('an installation token', () => {
  it('is long, and works with GitHub’s own auth library', async () => {
    const octokit = new ProbotOctokit({
      baseUrl: `${github.url}/api/v3`,
      auth: {
        appId: github.app.id,
        privateKey: github.app.privateKey,
        installationId: github.app.installationId('acme'),
      },
    });
    expect((await octokit.rest.repos.get(at)).data.full_name).toBe('acme/widgets');
    expect(await installationToken(github, 'acme')).toMatch(/^ghs_\d+_.{60,}/);
  });

  it('cannot be wider than its installation, nor name repositories outside it', async () => {
    const wider = installationToken(github, 'acme', { permissions: { administration: 'write' } });
    await expect(wider).rejects.toMatchObject({ status: 422 });
    await expect(installationToken(github, 'acme', { repositories: ['hidden'] })).rejects.toMatchObject({
      status: 422,
    });
  });

  it('does only what it was narrowed to', async () => {
    const octokit = await asInstallation(github, 'acme', {
      repositories: ['widgets'],
      permissions: { contents: 'read' },
    });
    expect((await octokit.rest.repos.getContent({ ...at, path: 'README.md' })).status).toBe(200);
    const refused = await octokit.rest.issues.create({ ...at, title: 'x' }).catch((error) => error);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.message).toContain('Resource not accessible by integration');
    expect(refused.response.headers['x-accepted-github-permissions']).toBe('issues=write');
    await expect(octokit.rest.repos.get({ owner: 'acme', repo: 'secret' })).rejects.toMatchObject({
      status: 404,
    });
    const listed = await octokit.rest.apps.listReposAccessibleToInstallation();
    expect(listed.data.repositories.map((repo) => repo.name)).toEqual(['widgets']);
  });

  it('reads public repositories of others, writes none, and sees no private one', async () => {
    const octokit = await asInstallation(github, 'acme');
    expect((await octokit.rest.repos.get({ owner: 'rival', repo: 'open' })).status).toBe(200);
    await expect(
      octokit.rest.issues.create({ owner: 'rival', repo: 'open', title: 'x' }),
    ).rejects.toMatchObject({ status: 403 });
    await expect(octokit.rest.repos.get({ owner: 'rival', repo: 'hidden' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('ends after an hour, by decree, and with a suspension', async () => {
    const token = await installationToken(github, 'acme');
    skewMs = 61 * 60 * 1000;
    await expect(octokitWith(github, token).rest.repos.get(at)).rejects.toMatchObject({ status: 401 });
    skewMs = 0;
    expect((await octokitWith(github, token).rest.repos.get(at)).status).toBe(200);
    github.suspend('acme');
    await expect(octokitWith(github, token).rest.repos.get(at)).rejects.toMatchObject({ status: 403 });
    await expect(installationToken(github, 'acme')).rejects.toMatchObject({ status: 403 });
    github.unsuspend('acme');
    github.expireTokens();
    await expect(octokitWith(github, token).rest.repos.get(at)).rejects.toMatchObject({ status: 401 });
  });
});

describe('the surroundings', () => {
  it('says what is left of the hour, and refuses unknown API versions', async () => {
    const octokit = await asInstallation(github, 'acme');
    const first = await octokit.rest.repos.get(at);
    expect(first.headers['x-accepted-github-permissions']).toBe('metadata=read');
    const second = await octokit.rest.repos.get(at);
    const left = (answer: typeof first) => Number(answer.headers['x-ratelimit-remaining']);
    expect(left(second)).toBe(left(first) - 1);
    await expect(
      octokit.rest.repos.get({ ...at, headers: { 'x-github-api-version': '2001-01-01' } }),
    ).rejects.toMatchObject({ status: 400 });
  });

  it('redirects the old name of a renamed repository and serves it by id', async () => {
    const repo = await github.createRepository({ owner: 'acme', name: 'before' });
    github.renameRepository('acme/before', 'after');
    const octokit = await asInstallation(github, 'acme');
    const answer = await fetch(`${github.url}/api/v3/repos/acme/before`, { redirect: 'manual' });
    expect(answer.status).toBe(301);
    expect(answer.headers.get('location')).toBe(`${github.url}/api/v3/repositories/${repo.id}`);
    expect((await octokit.rest.repos.get({ owner: 'acme', repo: 'before' })).data.full_name).toBe(
      'acme/after',
    );
    await octokit.rest.issues.create({ owner: 'acme', repo: 'before', title: 'Follows' });
    expect(github.issues('acme/after')).toHaveLength(1);
  });

  it('keeps an archived repository as it is', async () => {
    await github.createRepository({ owner: 'acme', name: 'done' });
    github.archiveRepository('acme/done');
    const octokit = await asInstallation(github, 'acme');
    await expect(octokit.rest.issues.create({ owner: 'acme', repo: 'done', title: 'x' })).rejects.toThrow(
      /archived/,
    );
    expect((await octokit.rest.repos.get({ owner: 'acme', repo: 'done' })).data.archived).toBe(true);
  });

  it('fails loudly for a call GitHub has and nobody built', async () => {
    const loud = await startLocalGitHub();
    await loud.createRepository({ owner: 'acme', name: 'widgets' });
    const octokit = await asInstallation(loud, 'acme');
    await expect(octokit.rest.repos.listContributors(at)).rejects.toMatchObject({ status: 501 });
    expect(loud.contractViolations).toMatchObject([{ kind: 'not-built' }]);
    await loud.close();
  });
});
