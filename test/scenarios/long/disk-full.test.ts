/** A data directory that runs full: nothing is acknowledged that is not kept, nothing starts, and it mends itself. */
import { createHmac, randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labels } from '#src/runtimes/docker/names.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';
import { repo, untilIn } from '#test/support/scenario.ts';
import { type ServiceContainer, startServiceContainer } from '#test/support/service-container.ts';
import { buildService } from '../../../scripts/service-build/build.ts';

describe('a full data directory', () => {
  const docker = new Docker();
  const volume = `prlt-test-${randomUUID()}`;
  let github: LocalGitHub;
  let service: ServiceContainer;
  const until = async <T>(what: string, question: () => T | Promise<T>) =>
    untilIn(what, question, 45, async () => (await service.log()).slice(-6_000));

  beforeAll(async () => {
    const image = await buildService();
    github = await startLocalGitHub();
    await github.createRepository({
      owner: 'acme',
      name: 'widgets',
      files: {
        'README.md': '# Widgets\n',
        '.github/prlt.yml':
          'profiles:\n  coder:\n    runner: command\n    command: [sh, -c, "echo x > x.txt"]\n',
      },
    });
    github.grant(repo, 'alice', 'write');
    // A disk of its own, small enough to fill.
    const o = 'size=24m,uid=10001,gid=10001,mode=700';
    await docker.createVolume({ Name: volume, DriverOpts: { type: 'tmpfs', device: 'tmpfs', o } });
    service = await startServiceContainer(image, volume, github, { PRLT_MIN_DISK: '6m' });
  }, 240_000);
  afterAll(async () => {
    await service?.stop().catch(() => undefined);
    await docker.getVolume(volume).remove();
    expect(github.contractViolations).toEqual([]);
    await github.close();
  });

  /** Fills the disk until only so many mebibytes are free. */
  const fill = (left: number) =>
    service.exec(
      'sh',
      '-c',
      `cat /dev/zero > /data/filler 2>/dev/null; truncate -s -${left}M /data/filler; df -k /data | tail -1`,
    );
  const free = () => service.exec('rm', '/data/filler');

  async function deliver(guid: string, bytes: number): Promise<number> {
    const body = JSON.stringify({ zen: 'x'.repeat(bytes) });
    const mac = createHmac('sha256', github.app.webhookSecret).update(body).digest('hex');
    const answer = await fetch(`${service.url}/api/github/webhooks`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'ping',
        'x-github-delivery': guid,
        'x-hub-signature-256': `sha256=${mac}`,
      },
    });
    return answer.status;
  }

  it('holds what is asked for below the watermark, with its numbers, and starts it when there is room again', async () => {
    await fill(3);
    const issue = github.as('alice').openIssue(repo, { title: 'Wait', labels: ['agent:ready'] }).number;
    await until('the request', () => github.reactions(repo, issue).length > 0);
    github.as('alice').comment(repo, issue, '/prlt why');
    const answer = await until('an answer', () =>
      github.comments(repo, issue).find(({ body }) => body.includes('MiB free')),
    );
    expect(answer.body).toMatch(/\d MiB free, 6 MiB wanted/);
    expect(github.pulls(repo)).toEqual([]);
    await free();
    await until('the pull request', () => github.pulls(repo)[0]);
    await until('the review', () => github.labels(repo, issue).join() === 'agent:review');
  });

  it('answers 503 to what it cannot keep, stays up, and takes the same delivery later', async () => {
    const guid = randomUUID();
    await fill(0);
    expect(await deliver(guid, 5_000_000)).toBe(503);
    expect(await deliver(guid, 5_000_000)).toBe(503);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    await free();
    expect(await deliver(guid, 5_000_000)).toBe(202);
  });

  it('works on as before, without a restart', async () => {
    const issue = github.as('alice').openIssue(repo, { title: 'After', labels: ['agent:ready'] }).number;
    await until('the second pull request', () => github.pulls(repo)[1]);
    await until('the review', () => github.labels(repo, issue).join() === 'agent:review');
    for (const pull of github.pulls(repo)) await github.as('alice').closePull(repo, pull.issue.number);
    const filters = { label: [`${labels.installation}=${await service.installation()}`] };
    await until(
      'the workspaces to go',
      async () => (await docker.listVolumes({ filters })).Volumes?.length === 0,
    );
  });
});
