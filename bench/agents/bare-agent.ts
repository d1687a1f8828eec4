/** The bare baseline of a coding agent: `docker run`, a clone, and its CLI spoken to over ACP, without anything of prlt. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { imageName } from '#runners/image-name.ts';
import type { RunnerManifest } from '#runners/manifest.ts';
import { fill, fillAll } from '#runners/shim/placeholders.ts';

const checkout = '/tmp/repo';
const hostName = 'host.docker.internal';
const user = 1000;
/** What prlt keeps of an agent's updates (runners/shim/updates.ts): commands and titles of a session are no first word. */
const telling = new Set(['agent_message_chunk', 'agent_thought_chunk', 'tool_call', 'plan', 'usage_update']);

/**
 * Milliseconds from nothing to the first update after the prompt. Its network is what `docker run` gives when nothing is said
 * of it, and its models are asked without a gateway.
 *
 * @param port of the model server, which listens on every address of the host
 */
export async function bareAgent(runner: RunnerManifest, mirror: string, port: number): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-bare-'));
  try {
    const argv = await prepare(runner, dir, mirror, `http://${hostName}:${port}`);
    const began = performance.now();
    const child = spawn('docker', argv, { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-2000);
    });
    const closed = once(child, 'close');
    const took = await Promise.race([
      firstUpdate(child).then(() => performance.now() - began),
      closed.then(([code]) => Promise.reject(new Error(`the bare agent ended with ${code}: ${said}`))),
    ]);
    child.stdin.end();
    child.kill('SIGTERM');
    await closed;
    return took;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Everything that can be ready before the clock starts, and the command line. */
async function prepare(
  runner: RunnerManifest,
  dir: string,
  mirror: string,
  models: string,
): Promise<string[]> {
  const places = {
    node: '/opt/prlt/bin/node',
    runners: '/opt/prlt/runners',
    home: '/bare/home',
    checkout,
    pipe: models,
    provider: runner.model?.apis[0] ?? 'openai',
    model: runner.model?.default ?? '',
  };
  const files = {
    // The mirror belongs to another user than the container's: git refuses those unless its own settings trust them.
    gitconfig: '[safe]\n\tdirectory = *\n',
    ...Object.fromEntries(
      Object.entries(fillAll(runner.files, places)).map(([name, text]) => [`home/${name}`, text]),
    ),
  };
  await chmod(dir, 0o755);
  await mkdir(join(dir, 'home'));
  await chown(join(dir, 'home'), user, user);
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await chown(dirname(path), user, user);
  }
  const env = { ...fillAll(runner.env, places), HOME: '/bare/home', GIT_CONFIG_GLOBAL: '/bare/gitconfig' };
  return [
    ...['run', '--rm', '-i', '--init', `--add-host=${hostName}:host-gateway`],
    ...['--mount', `type=bind,source=${mirror},target=/mirror,readonly`],
    ...['--mount', `type=bind,source=${dir},target=/bare`],
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...['--entrypoint', 'sh', imageName(runner)],
    ...['-c', `git clone -q /mirror ${checkout} && cd ${checkout} && exec "$@"`, 'sh'],
    ...runner.argv.map((part) => fill(part, places)),
  ];
}

interface Said {
  id?: number;
  method?: string;
  error?: unknown;
  result?: { sessionId?: string };
  params?: { update?: { sessionUpdate?: string } };
}

/** The least of ACP: three requests, each after the answer to the one before. */
async function firstUpdate(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  const ask = (id: number, method: string, params: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  ask(1, 'initialize', { protocolVersion: 1, clientCapabilities: {} });
  let prompted = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, method, error, result, params } = JSON.parse(line) as Said;
    if (error) throw new Error(`the bare agent refused: ${JSON.stringify(error)}`);
    if (id === 1) ask(2, 'session/new', { cwd: checkout, mcpServers: [] });
    if (id === 2) {
      ask(3, 'session/prompt', {
        sessionId: result?.sessionId,
        prompt: [{ type: 'text', text: 'Say one line.' }],
      });
      prompted = true;
    }
    if (prompted && method === 'session/update' && telling.has(params?.update?.sessionUpdate ?? '')) return;
  }
  throw new Error('the bare agent said nothing');
}
