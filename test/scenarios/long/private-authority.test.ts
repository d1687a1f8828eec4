/** A GitHub with a certificate of a private authority, at hand or behind the company's proxy: from the label to the pull request. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import type { LocalGitHub } from '#test/support/github/local-github.ts';
import { type ForwardProxy, startForwardProxy, startTlsFront } from '#test/support/proxy.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const agent = 'echo change > change.txt\n';

/** Puts TLS in front of the local GitHub; what the service needs besides is in `settings`. */
async function front(github: LocalGitHub, name: string) {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-tls-'));
  const { port, ca, close } = await startTlsFront(dir, name, Number(new URL(github.url).port));
  onTestFinished(async () => {
    await close();
    await rm(dir, { recursive: true, force: true });
  });
  return { port, settings: { GHE_PROTOCOL: 'https', NODE_EXTRA_CA_CERTS: ca } };
}

async function labelToPullRequest(stage: Stage): Promise<void> {
  const { github } = stage;
  try {
    const issue = ask(stage, repo, 'Over TLS');
    await ended(stage, repo, issue, 'agent:review');
    const [pull] = github.pulls(repo);
    expect(await github.readFile(repo, pull?.headSha ?? '', 'change.txt')).toBe('change\n');
    const services = github.requests.filter(({ kind }) => kind === 'git').map(({ path }) => path);
    expect(services).toContain('/acme/widgets.git/git-upload-pack');
    expect(services).toContain('/acme/widgets.git/git-receive-pack');
    expect(github.contractViolations).toEqual([]);
  } finally {
    await stage.close();
  }
}

it('at hand: the API, fetching and pushing take the authority', async () => {
  const stage = await setStage({
    agent,
    runtime: 'host',
    env: async (github) => {
      const { port, settings } = await front(github, 'localhost');
      return { ...settings, GHE_HOST: `localhost:${port}` };
    },
  });
  await labelToPullRequest(stage);
});

it('behind a proxy, which is the only way there: all three take the proxy too', async () => {
  let proxy: ForwardProxy | undefined;
  const stage = await setStage({
    agent,
    runtime: 'host',
    env: async (github) => {
      const { port, settings } = await front(github, 'github.test');
      proxy = await startForwardProxy({ 'github.test': port });
      onTestFinished(() => proxy?.close());
      return { ...settings, GHE_HOST: 'github.test', HTTPS_PROXY: proxy.url };
    },
  });
  await labelToPullRequest(stage);
  expect(new Set(proxy?.asked)).toEqual(new Set(['CONNECT github.test:443']));
});
