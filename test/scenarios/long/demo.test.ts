/** `npm run demo`: ends by itself with a pull request, and leaves nothing behind, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { describe, it, type TestContext } from 'vitest';
import { labels } from '#src/runtimes/docker/names.ts';
import { installationOf } from '#test/support/leftovers.ts';

const root = resolve(import.meta.dirname, '../../..');

interface Demo {
  /** Its temporary directory. */
  scratch: string;
  child: ChildProcess;
  output(): string;
  /** Waits until the output matches, and gives the first group. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

// They wait more than they work, so they run beside each other.
describe.concurrent('the demo', () => {
  async function startDemo(
    { onTestFinished }: TestContext,
    args: string[] = [],
    env: Record<string, string> = {},
  ): Promise<Demo> {
    const scratch = await mkdtemp(join(tmpdir(), 'demo-test-'));
    onTestFinished(() => rm(scratch, { recursive: true, force: true }));
    const child = spawn(process.execPath, ['demo/demo.js', ...args], {
      cwd: root,
      env: { ...process.env, TMPDIR: scratch, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const until = async (pattern: RegExp): Promise<string> => {
      for (let waited = 0; waited < 60_000; waited += 50) {
        const found = pattern.exec(output);
        if (found) return found[1] ?? '';
        if (child.exitCode !== null) break;
        await sleep(50);
      }
      throw new Error(`the demo did not say ${pattern}:\n${output}`);
    };
    return { scratch, child, output: () => output, until, ended };
  }

  async function installation(demo: Demo): Promise<string> {
    const id = installationOf(await demo.until(/its data is in (\S+)/));
    if (id === undefined) throw new Error('the demo has no installation');
    return id;
  }

  async function onTheEngine(id: string): Promise<string[]> {
    const docker = new Docker();
    const filters = { label: [`${labels.installation}=${id}`] };
    const containers = await docker.listContainers({ all: true, filters });
    const { Volumes } = await docker.listVolumes({ filters });
    return [...containers.map(({ Id }) => Id), ...(Volumes ?? []).map(({ Name }) => Name)];
  }

  it('shows an issue become a pull request in a container, and ends', async (context) => {
    const { expect } = context;
    const demo = await startDemo(context);
    const id = await installation(demo);
    expect(await demo.ended, demo.output()).toBe(0);
    expect(demo.output()).toMatch(/network none · user 1000:1000 · capabilities -ALL · read-only root/);
    expect(demo.output()).toMatch(/^pull request #2$/m);
    expect(demo.output()).toContain("+export function greet(name = 'stranger') {");
    expect(await onTheEngine(id)).toEqual([]);
    expect(await readdir(demo.scratch)).toEqual([]);
  });

  it('uses this machine, and says so, where no engine answers', async (context) => {
    const { expect } = context;
    const demo = await startDemo(context, [], { DOCKER_HOST: 'tcp://127.0.0.1:1' });
    expect(await demo.ended, demo.output()).toBe(0);
    expect(demo.output()).toMatch(/NOTICE: no Docker engine answers/);
    expect(demo.output()).toMatch(/^pull request #2$/m);
    expect(demo.output()).toContain("+export function greet(name = 'stranger') {");
    expect(await readdir(demo.scratch)).toEqual([]);
  });

  it('leaves nothing behind after Ctrl-C while the agent works', async (context) => {
    const { expect } = context;
    const demo = await startDemo(context);
    const id = await installation(demo);
    await demo.until(/agent +Reading/);
    expect(await onTheEngine(id)).not.toEqual([]);
    // A terminal and npm both send it.
    demo.child.kill('SIGINT');
    demo.child.kill('SIGINT');
    expect(await demo.ended, demo.output()).toBe(130);
    expect(await onTheEngine(id)).toEqual([]);
    expect(await readdir(demo.scratch)).toEqual([]);
  });

  it('stays with --keep, passes on what a person types, and ends with Ctrl-C', async (context) => {
    const { expect } = context;
    const demo = await startDemo(context, ['--keep']);
    const id = await installation(demo);
    await demo.until(/agent +(Thinking)/);
    demo.child.stdin?.write('/prlt poke "greet in Spanish, too"\n');
    await demo.until(/(🚀) by prlt\[bot\] on alice's comment/);
    demo.child.kill('SIGINT');
    expect(await demo.ended, demo.output()).toBe(0);
    expect(await onTheEngine(id)).toEqual([]);
    expect(await readdir(demo.scratch)).toEqual([]);
  });

  it('refuses an option that it does not have', async (context) => {
    const { expect } = context;
    const demo = await startDemo(context, ['--kep']);
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toContain('--kep');
    expect(await readdir(demo.scratch)).toEqual([]);
  });
});
