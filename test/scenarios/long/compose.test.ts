/** `compose.yml` as a person starts it: the service comes up healthy, does a run, and keeps its data. */
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labels } from '#src/runtimes/docker/names.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

import { serviceEnvironment } from '#test/support/prlt.ts';
import { repo, untilIn } from '#test/support/scenario.ts';
import { freePort } from '#test/support/service-container.ts';
import { buildService } from '../../../scripts/service-build/build.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** `.ci/machine` installs it; an engine alone runs all the other tests, and only `.ci/run` insists. */
const required = process.env['PRLT_TEST_COMPOSE'] === 'required';

function hasCompose(): boolean {
  try {
    return /v?2\.|v?[3-9]\./.test(
      execFileSync('docker', ['compose', 'version', '--short'], { encoding: 'utf8' }),
    );
  } catch {
    return false;
  }
}

const composed = hasCompose();

it.runIf(required)('Docker Compose 2 is there, since PRLT_TEST_COMPOSE=required', () => {
  expect(
    composed,
    '`docker compose version` does not answer with 2 or newer, so compose.yml is not tested. Run `.ci/machine`, which installs it, and look at what it says.',
  ).toBe(true);
});

describe.skipIf(!composed)('compose.yml, with Docker Compose 2', () => {
  const project = `prlt-test-${randomUUID()}`;
  const docker = new Docker();
  let github: LocalGitHub;
  let folder: string;

  /** Resolves with what it wrote to standard output; rejects with all that it wrote. */
  async function compose(...words: string[]): Promise<string> {
    const said = promisify(execFile)('docker', ['compose', '-p', project, ...words], { cwd: folder });
    const { stdout } = await said.catch(({ message, stdout }: { message: string; stdout: string }) => {
      throw new Error(`${message}\n${stdout}`);
    });
    return stdout;
  }
  const until = async <T>(what: string, question: () => T | Promise<T>) =>
    untilIn(what, question, 60, () => compose('logs', '--no-color', 'prlt'));
  const installation = async () =>
    (
      await compose(
        'exec',
        '-T',
        'prlt',
        'node',
        '-e',
        `const Database = require('/app/node_modules/better-sqlite3');
         const database = new Database('/data/prlt.db', { readonly: true });
         process.stdout.write(database.prepare("select value from meta where name = 'installation'").pluck().get())`,
      )
    ).trim();

  beforeAll(async () => {
    await buildService();
    github = await startLocalGitHub();
    await github.createRepository({
      owner: 'acme',
      name: 'widgets',
      files: {
        '.github/prlt.yml': 'profiles:\n  coder:\n    runner: command\n    command: [sh, agent.sh]\n',
        'agent.sh': 'echo "from compose" > composed.txt',
      },
    });
    github.grant(repo, 'alice', 'write');

    const port = await freePort();
    folder = mkdtempSync(join(tmpdir(), 'prlt-compose-'));
    copyFileSync(join(root, 'compose.yml'), join(folder, 'compose.yml'));
    writeFileSync(join(folder, '.env'), `DOCKER_GID=${statSync('/var/run/docker.sock').gid}\n`);
    const {
      PATH: _path,
      HOME: _home,
      PRLT_DATA_DIR: _data,
      ...credentials
    } = serviceEnvironment(github, '', 'docker');
    const lines = Object.entries(credentials).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
    writeFileSync(join(folder, 'prlt.env'), lines.join(''));
    // The local GitHub listens on this machine's loopback, which a network of its own does not reach.
    writeFileSync(
      join(folder, 'compose.override.yml'),
      `services:
  prlt:
    network_mode: host
    ports: !reset []
    environment: { HOST: 127.0.0.1, PORT: '${port}' }
    healthcheck: { interval: 1s }
`,
    );
    github.setWebhook({
      url: `http://127.0.0.1:${port}/api/github/webhooks`,
      secret: credentials['WEBHOOK_SECRET'] ?? '',
    });
  }, 240_000);
  afterAll(async () => {
    await compose('down', '--volumes', '--timeout', '10');
    rmSync(folder, { recursive: true });
    expect(github.contractViolations).toEqual([]);
    await github.close();
  }, 60_000);

  it('comes up healthy, and an issue becomes a pull request', async () => {
    await compose('up', '--detach', '--no-build', '--wait');
    const issue = github.as('alice').openIssue(repo, { title: 'Compose', labels: ['agent:ready'] }).number;
    const pull = await until('the pull request', () => github.pulls(repo)[0]);
    await until('the review', () => github.labels(repo, issue).join() === 'agent:review');
    expect(await github.readFile(repo, pull.headSha, 'composed.txt')).toBe('from compose\n');
    // As docs/operating.md has it.
    expect(await compose('exec', '-T', 'prlt', 'prlt', 'backup', '/data/backup.db')).toContain(
      'has the database',
    );
    await compose('cp', 'prlt:/data/backup.db', 'backup.db');
    expect(statSync(join(folder, 'backup.db')).size).toBeGreaterThan(10_000);
  });

  it('is the same installation after down and up', async () => {
    const before = await installation();
    await compose('down');
    await compose('up', '--detach', '--no-build', '--wait');
    expect(await installation()).toBe(before);
    github.as('alice').closePull(repo, 2);
    const own = { filters: { label: [`${labels.installation}=${before}`] } };
    await until('the workspace to go', async () => (await docker.listVolumes(own)).Volumes?.length === 0);
    expect(await docker.listContainers({ all: true, ...own })).toEqual([]);
  });

  it('is taken off the engine as docs/operating.md has it, and only while it is stopped', async () => {
    const own = await installation();
    const filters = { label: [`${labels.installation}=${own}`] };
    const left = `${project}-left`;
    await docker.createVolume({ Name: left, Labels: { [labels.installation]: own } });
    const uninstall = (...words: string[]) =>
      compose('run', '--rm', '-T', '--entrypoint', 'prlt', 'prlt', 'uninstall', ...words);
    await expect(uninstall('--yes')).rejects.toThrow('Another prlt process uses /data');
    await compose('stop', 'prlt');
    expect(await uninstall()).toContain(`volume    ${left}`);
    expect(await uninstall('--yes')).toContain('All of it was removed.');
    expect((await docker.listVolumes({ filters })).Volumes).toEqual([]);
    expect(await compose('ps', '--all', '--quiet')).not.toBe('');
  });
});
