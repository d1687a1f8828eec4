/** A Docker engine of the tests' own beside the machine's, which can be killed and started again as the machine's may not. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';

const run = promisify(execFile);

export interface OwnEngine {
  /** What `DOCKER_HOST` is to be. */
  host: string;
  /** Ends it: by SIGKILL at once, by SIGTERM with the time that it takes for its containers. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it again on what it had; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it and removes everything it had. */
  close(): Promise<void>;
}

export interface OwnEngineOptions {
  /** Brought over from the engine of this machine. */
  images: string[];
  /** Containers go on while it is away. */
  liveRestore?: boolean;
  /** Root of its containers is nobody on the machine (`userns-remap`). */
  userNamespaces?: boolean;
}

/** Needs root and `dockerd`, as `.ci/machine` has them. It makes no bridge and no rule of a firewall: runs have no network. */
export async function startOwnEngine({
  images,
  liveRestore = false,
  userNamespaces = false,
}: OwnEngineOptions): Promise<OwnEngine> {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-e-'));
  // Mapped users pass through it to what is theirs.
  if (userNamespaces) await chmod(dir, 0o711);
  const socket = join(dir, 'docker.sock');
  const host = `unix://${socket}`;
  const log = openSync(join(dir, 'log'), 'a');
  // A file of its own, so that nothing of the machine's engine holds for this one.
  await writeFile(
    join(dir, 'daemon.json'),
    JSON.stringify({
      'live-restore': liveRestore,
      ...(userNamespaces ? { 'userns-remap': 'nobody:nogroup' } : {}),
    }),
  );
  await writeFile(join(dir, 'ids'), 'nobody:700000:65536\nnogroup:700000:65536\n');
  let daemon: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const args = [
      ...['--config-file', join(dir, 'daemon.json'), '--data-root', join(dir, 'data')],
      ...['--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid'), '-H', host],
      ...['--bridge=none', '--iptables=false', '--ip-forward=false', '--ip-masq=false'],
    ];
    // One that was killed leaves numbers behind, its own and its containerd's, that it would take for living ones.
    for (const left of ['pid', 'exec/containerd/containerd.pid']) await rm(join(dir, left), { force: true });
    // An engine without a bridge removes the one that it finds, which is the machine's own: it gets a network of its own.
    const remapped = 'mount --bind "$0" /etc/subuid && mount --bind "$0" /etc/subgid && exec dockerd "$@"';
    const own = userNamespaces ? ['--mount', 'sh', '-c', remapped, join(dir, 'ids')] : ['dockerd'];
    const started = spawn('unshare', ['--net', ...own, ...args], { stdio: ['ignore', log, log] });
    const failed = once(started, 'error').then(([error]) => Promise.reject(error));
    daemon = started;
    await Promise.race([answers(socket, started, join(dir, 'log')), failed]);
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const gone = once(daemon, 'exit');
    daemon.kill(signal);
    await gone;
  };
  const atExit = (): void => void daemon?.kill('SIGTERM');
  const close = async (): Promise<void> => {
    process.off('exit', atExit);
    await end('SIGTERM');
    await unmount(dir);
    await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  };

  process.on('exit', atExit);
  try {
    await start();
    await load(images, host);
  } catch (error) {
    await close();
    throw error;
  }
  return { host, end, start, close };
}

async function answers(socketPath: string, daemon: ChildProcess, log: string): Promise<void> {
  const docker = new Docker({ socketPath });
  for (let looks = 0; looks < 600; looks += 1) {
    if (daemon.exitCode !== null) throw new Error(`dockerd ended with ${daemon.exitCode}; ${log} says why`);
    if (
      await docker.ping().then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  throw new Error(`dockerd does not answer; ${log} says why`);
}

async function load(images: string[], host: string): Promise<void> {
  const save = spawn('docker', ['save', ...images], { stdio: ['ignore', 'pipe', 'inherit'] });
  const into = spawn('docker', ['-H', host, 'load'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const codes = Promise.all([once(save, 'close'), once(into, 'close')]);
  await pipeline(save.stdout, into.stdin);
  if ((await codes).some(([code]) => code !== 0))
    throw new Error(`images could not be brought over: ${images.join(', ')}`);
}

/** What a killed engine had mounted goes with its directory. */
async function unmount(dir: string): Promise<void> {
  const { stdout } = await run('cat', ['/proc/self/mounts']);
  const mounted = stdout.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
  for (const path of mounted.filter((one) => one.startsWith(`${dir}/`)).reverse()) {
    await run('umount', ['-l', path]).catch(() => undefined);
  }
}
