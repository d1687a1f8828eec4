/** The built image does a whole run in a container that may do nothing else. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import { type FakeHost, startFakeHost } from '#test/support/fake-host.ts';
import { git, type Sample, sampleAssignment, sampleMirror } from '#test/support/shim-run.ts';

const image = imageName(command);
const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const start = promisify(execFile);

let sample: Sample;
let host: FakeHost;
let volume: string;

beforeEach(() => {
  sample = sampleMirror();
  // The mirror belongs to another user than the agent's, as it does in a real run.
  chmodSync(sample.root, 0o711);
  // A volume that a container of the image has initialised belongs to the image's user.
  volume = `prlt-image-test-${process.pid}`;
  docker('rm', docker('create', '--mount', `type=volume,src=${volume},dst=/work`, image));
});
afterEach(async () => {
  await host.close();
  docker('volume', 'rm', '--force', volume);
  sample.remove();
});

const flags = () => [
  ...['--rm', '--init', '--network', 'none', '--read-only', '--cap-drop', 'ALL', '--user', '1000:1000'],
  ...['--security-opt', 'no-new-privileges', '--pids-limit', '256', '--memory', '512m'],
  ...['--tmpfs', '/tmp:exec,size=64m'],
  ...['--mount', `type=bind,src=${sample.mirror},dst=/mirror,readonly`],
  ...['--mount', `type=bind,src=${join(sample.root, 'socket')},dst=/run/prlt,readonly`],
  ...['--mount', `type=volume,src=${volume},dst=/work`],
];

it('finishes without a network, capabilities or a writable root', async () => {
  const script = [
    'echo "$(id -u) $PWD $HOME $TMPDIR"',
    'touch /opt/prlt/x 2>/dev/null || echo root is read-only',
    'git rev-parse --abbrev-ref origin/main HEAD',
    'cp "$PRLT_PROMPT_FILE" hello.txt',
    'setsid sleep 600 &',
  ].join('\n');
  host = await startFakeHost(join(sample.root, 'socket', 'host.sock'), sampleAssignment(sample, script));
  await start('docker', ['run', ...flags(), image]);
  const verdict = await host.verdict(1000);
  expect(verdict).toMatchObject({ outcome: 'finished', changed: true, commits: 1, oomKills: 0 });
  expect(host.said('stdout').split('\n')).toEqual([
    '1000 /work/repo /work/home /tmp',
    'root is read-only',
    'origin/main',
    'GH-12/feat/bezos/widgets/add-hello',
    '',
  ]);
  const file = join(sample.root, 'out.bundle');
  writeFileSync(file, host.bundles[0]?.bytes ?? '');
  git(sample.mirror, 'fetch', '-q', file, 'refs/heads/*:refs/heads/taken/*');
  expect(git(sample.mirror, 'show', `${verdict.head}:hello.txt`)).toBe('Add hello.');
});

it('counts what the kernel killed for memory', async () => {
  const script = `node -e 'const all=[];for(;;)all.push(Buffer.alloc(1e7,1))'`;
  host = await startFakeHost(join(sample.root, 'socket', 'host.sock'), sampleAssignment(sample, script));
  await start('docker', ['run', ...flags(), '--memory-swap', '512m', image]);
  const verdict = await host.verdict(1000);
  expect(verdict).toMatchObject({ outcome: 'failed', cause: 'agent_exit', changed: false });
  expect(verdict.oomKills).toBeGreaterThan(0);
});

it('stops well within the time an engine gives it', async () => {
  host = await startFakeHost(
    join(sample.root, 'socket', 'host.sock'),
    sampleAssignment(sample, 'echo half > half.txt; echo ready; setsid sleep 600'),
  );
  const container = `prlt-image-test-${process.pid}`;
  const running = start('docker', ['run', '--name', container, ...flags(), image]);
  await host.until('message', (event) => event.text.includes('ready'));
  const before = Date.now();
  await start('docker', ['stop', '--time', '10', container]);
  expect(Date.now() - before).toBeLessThan(6000);
  await running;
  expect(await host.verdict(1000)).toMatchObject({
    outcome: 'cancelled',
    signal: 'SIGTERM',
    changed: true,
    commits: 1,
  });
});

it('loads the shim without parsing any of it', async () => {
  host = await startFakeHost(join(sample.root, 'socket', 'host.sock'), sampleAssignment(sample, 'true'));
  // Node tells of each file it looks for in its compile cache (NODE_DEBUG_NATIVE, Node 24).
  const told = await start('docker', ['run', ...flags(), '--env', 'NODE_DEBUG_NATIVE=COMPILE_CACHE', image]);
  const looked = told.stderr.split('\n').filter((line) => /reading cache .*runners\/shim\//.test(line));
  expect(looked.length).toBeGreaterThan(20);
  expect(looked.filter((line) => !line.includes('success'))).toEqual([]);
});
