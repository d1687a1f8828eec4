/** The service as its image runs it: a container beside the agents', its data in a volume, the engine's socket mounted. */
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import type { LocalGitHub } from './github/local-github.ts';
import { serviceEnvironment } from './prlt.ts';

const engineSocket = '/var/run/docker.sock';

export interface ServiceContainer {
  readonly url: string;
  /** Standard output and error so far. */
  log(): Promise<string>;
  /** `starting`, `healthy` or `unhealthy`, as the engine sees it. */
  health(): Promise<string | undefined>;
  /** Runs a program beside the service, as its user. Rejects unless it ends with 0; resolves with what it wrote. */
  exec(...command: string[]): Promise<string>;
  /** Id of the installation, by which everything of this service is found on the engine. */
  installation(): Promise<string>;
  /** SIGTERM; resolves with the exit code and how long it took, milliseconds. The container is removed, the volume stays. */
  stop(): Promise<{ exitCode: number; took: number }>;
}

/** Resolves once `/readyz` answers 200. The network is the host's, since the local GitHub listens on its loopback. */
export async function startServiceContainer(
  image: string,
  volume: string,
  github: LocalGitHub,
  env: Record<string, string> = {},
): Promise<ServiceContainer> {
  const docker = new Docker();
  const port = await freePort();
  const { PATH: _path, HOME: _home, ...environment } = serviceEnvironment(github, '/data', 'docker');
  const container = await docker.createContainer({
    Image: image,
    Env: Object.entries({ ...environment, HOST: '127.0.0.1', PORT: String(port), ...env }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    // The image's own check, only sooner.
    Healthcheck: { Interval: 1e9, Timeout: 5e9 },
    HostConfig: {
      NetworkMode: 'host',
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'mode=1777,size=64m' },
      GroupAdd: [String(statSync(engineSocket).gid)],
      Mounts: [
        { Type: 'volume', Source: volume, Target: '/data' },
        { Type: 'bind', Source: engineSocket, Target: engineSocket },
      ],
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const log = async () =>
    (await container.logs({ stdout: true, stderr: true })).toString('utf8').replaceAll(/[^\x20-\x7e\n]/g, '');
  const remove = () => container.remove({ force: true });
  try {
    await container.start();
    github.setWebhook({ url: `${url}/api/github/webhooks`, secret: environment['WEBHOOK_SECRET'] ?? '' });
    await ready(url, log);
  } catch (error) {
    await remove();
    throw error;
  }
  const exec = async (...command: string[]): Promise<string> => {
    const started = await container.exec({
      Cmd: command,
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    });
    const stream = await started.start({ Tty: true });
    let said = '';
    for await (const chunk of stream) said += String(chunk);
    const { ExitCode } = await started.inspect();
    if (ExitCode !== 0) throw new Error(`${command.join(' ')} ended with ${ExitCode}: ${said}`);
    return said;
  };
  return {
    url,
    log,
    health: async () => (await container.inspect()).State.Health?.Status,
    exec,
    installation: () => exec('node', '--input-type=module', '-e', askInstallation),
    stop: async () => {
      const began = Date.now();
      await container.stop({ t: 20 }).catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 304) throw error;
      });
      const took = Date.now() - began;
      const { State } = await container.inspect();
      await remove();
      return { exitCode: State.ExitCode, took };
    },
  };
}

const askInstallation = `
import Database from '/app/node_modules/better-sqlite3/lib/index.js';
const database = new Database('/data/prlt.db', { readonly: true });
process.stdout.write(database.prepare("select value from meta where name = 'installation'").get().value);
`;

async function ready(url: string, log: () => Promise<string>): Promise<void> {
  let said = '';
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(100)) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    said = (await answer?.text()) ?? 'nothing';
  }
  throw new Error(`The service in its container is not ready: ${said}\n${await log()}`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
