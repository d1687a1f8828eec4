/** The service as an image: beside the agents' containers on one engine, its data in a volume. */
import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labels } from '#src/runtimes/docker/names.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';
import { repo, untilIn } from '#test/support/scenario.ts';
import { type ServiceContainer, startServiceContainer } from '#test/support/service-container.ts';
import { buildService } from '../../../scripts/service-build/build.ts';

const agent = 'cat /mirror/HEAD && echo "from a sibling" > sibling.txt';

describe('the service in a container', () => {
  const docker = new Docker();
  const volume = `prlt-test-${randomUUID()}`;
  let image: string;
  let github: LocalGitHub;
  let service: ServiceContainer;
  let installation: string;

  const own = () => ({ filters: { label: [`${labels.installation}=${installation}`] } });
  const until = async <T>(what: string, question: () => T | Promise<T>) =>
    untilIn(what, question, 45, async () => service.log());

  beforeAll(async () => {
    image = await buildService();
    github = await startLocalGitHub();
    await github.createRepository({
      owner: 'acme',
      name: 'widgets',
      files: {
        'README.md': '# Widgets\n',
        '.github/prlt.yml': 'profiles:\n  coder:\n    runner: command\n    command: [sh, agent.sh]\n',
        'agent.sh': agent,
      },
    });
    github.grant(repo, 'alice', 'write');
    await docker.createVolume({ Name: volume });
    service = await startServiceContainer(image, volume, github);
  }, 240_000);
  afterAll(async () => {
    await service?.stop().catch(() => undefined);
    await docker.getVolume(volume).remove();
    expect(github.contractViolations).toEqual([]);
    await github.close();
  });

  it('makes a pull request with an agent in a sibling container', async () => {
    const issue = github.as('alice').openIssue(repo, { title: 'Sibling', labels: ['agent:ready'] }).number;
    const pull = await until('the pull request', () => github.pulls(repo)[0]);
    await until('the review', () => github.labels(repo, issue).join() === 'agent:review');
    expect(await github.readFile(repo, pull.headSha, 'sibling.txt')).toBe('from a sibling\n');
    installation = await service.installation();
  });

  it('is healthy, and runs as nobody in particular', async () => {
    await until('health', async () => (await service.health()) === 'healthy');
    expect((await service.exec('id', '-u')).trim()).toBe('10001');
    expect(await service.exec('prlt', 'backup', '/data/backup.db')).toContain('has the database');
    await expect(service.exec('touch', '/app/src/main.ts')).rejects.toThrow(/Read-only|denied/);
  });

  it('ends with 0 within ten seconds of SIGTERM, and goes on with the same data in a new container', async () => {
    const { exitCode, took } = await service.stop();
    expect(exitCode).toBe(0);
    expect(took).toBeLessThan(10_000);
    service = await startServiceContainer(image, volume, github);
    github.as('alice').comment(repo, 1, '/prlt status');
    const answer = await until('an answer', () =>
      github.comments(repo, 1).find(({ body }) => body.includes('#2') && !body.includes('prlt:status')),
    );
    expect(answer?.body).toContain('GH-1');
  });

  it('leaves nothing on the engine once the pull request is closed', async () => {
    expect((await docker.listVolumes(own())).Volumes).toHaveLength(1);
    github.as('alice').closePull(repo, 2);
    await until('the workspace to go', async () => (await docker.listVolumes(own())).Volumes?.length === 0);
    expect(await docker.listContainers({ all: true, ...own() })).toEqual([]);
  });
});
