/** A real shim on a real mirror, as a child process that talks to a fake host. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { command } from '#runners/command/manifest.ts';
import { type Assignment, protocolVersion } from '#runners/shim/protocol.ts';
import { type FakeHost, startFakeHost } from '#test/support/fake-host.ts';

export interface Sample {
  root: string;
  /** Bare repository with one branch, `main`. */
  mirror: string;
  start: string;
  remove(): void;
}

/** A mirror with a few files; `files` adds to them. */
export function sampleMirror(files: Record<string, string> = {}): Sample {
  const root = mkdtempSync(join(tmpdir(), 'prlt-shim-'));
  const source = join(root, 'source');
  mkdirSync(source);
  git(source, 'init', '-q', '-b', 'main');
  for (const [name, content] of Object.entries({
    'readme.md': 'hello\n',
    '.gitignore': '*.log\n',
    ...files,
  })) {
    mkdirSync(join(source, name, '..'), { recursive: true });
    writeFileSync(join(source, name), content);
  }
  git(source, 'add', '-A');
  git(source, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '-q', '-m', 'first');
  const mirror = join(root, 'mirror.git');
  git(root, 'clone', '-q', '--bare', source, mirror);
  return {
    root,
    mirror,
    start: git(mirror, 'rev-parse', 'main'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** One for each test file: on a shared machine a shim ends every process that carries its run's id. */
export const sampleRun = `run-${process.pid}`;

/** An assignment for the command runner; `script` is run by `sh -c`. */
export function sampleAssignment(
  sample: Sample,
  script: string,
  changes: Partial<Assignment> = {},
): Assignment {
  return {
    protocol: protocolVersion,
    run: { id: sampleRun, epoch: 1, kind: 'implement', key: 'GH-12' },
    agent: {
      name: 'bezos',
      runner: command.name,
      argv: command.argv,
      env: { ...command.env, PRLT_COMMAND: JSON.stringify(['sh', '-c', script]) },
      files: {},
      acp: command.acp,
      masks: [],
    },
    setup: [],
    continues: false,
    checkout: {
      branch: 'GH-12/feat/bezos/widgets/add-hello',
      start: sample.start,
      base: { branch: 'main', sha: sample.start },
      origin: 'https://github.example/acme/widgets.git',
    },
    git: { name: 'bezos', email: 'bezos@prlt.example' },
    commitMessage: 'Add hello\n\nFor GH-12.',
    prompt: { number: 1, kind: 'implement', text: 'Add hello.' },
    limits: {
      bundleBytes: 50_000_000,
      lineBytes: 16_384,
      outputBytes: 2_000_000,
      journalBytes: 8_000_000,
      cancelGraceMs: 500,
      setupMs: 60_000,
    },
    ...changes,
  };
}

export interface ShimRun {
  host: FakeHost;
  work: string;
  repo: string;
  shim: ChildProcess;
  /** Starts another shim in the same workspace, after the first is gone. */
  restart(): ChildProcess;
  exited(): Promise<number | null>;
  close(): Promise<void>;
}

/** Starts host and shim. The workspace is `<root>/work`, so a second run in it continues the first. */
export async function startShim(sample: Sample, assignment: Assignment): Promise<ShimRun> {
  const work = join(sample.root, 'work');
  mkdirSync(work, { recursive: true });
  const host = await startFakeHost(join(sample.root, 'socket', 'host.sock'), assignment);
  const started: ChildProcess[] = [];
  const start = () => {
    const shim = spawn(process.execPath, [resolve('runners/shim/main.ts')], {
      env: {
        PATH: process.env['PATH'],
        PRLT_SOCKET: host.socket,
        PRLT_WORK: work,
        PRLT_MIRROR: sample.mirror,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    started.push(shim);
    run.shim = shim;
    return shim;
  };
  const run: ShimRun = {
    host,
    work,
    repo: join(work, 'repo'),
    shim: undefined as unknown as ChildProcess,
    restart: start,
    exited: () => exitOf(run.shim),
    async close() {
      for (const shim of started) if (shim.exitCode === null) shim.kill('SIGKILL');
      await host.close();
    },
  };
  start();
  return run;
}

function exitOf(shim: ChildProcess): Promise<number | null> {
  if (shim.exitCode !== null || shim.signalCode !== null) return Promise.resolve(shim.exitCode);
  return new Promise((done) => shim.once('exit', done));
}
