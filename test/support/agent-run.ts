/**
 * A runner's real CLI in a container as a run gets it: its models come from a stub, through the service's own gateway, and
 * the rest of the host is a fake.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { imageName } from '#runners/image-name.ts';
import type { RunnerManifest } from '#runners/manifest.ts';
import { fill, fillAll } from '#runners/shim/placeholders.ts';
import type { Assignment } from '#runners/shim/protocol.ts';
import type { ModelCall as MeteredCall } from '#src/gateway/desk.ts';
import { createModels } from '#src/gateway/models/models.ts';
import { type FakeHost, startFakeHost } from './fake-host.ts';
import { docker } from './machine.ts';
import { answerMcp, type McpCall } from './mcp-stub.ts';
import { type ModelStub, startModelStub } from './models/stub.ts';
import { git, type Sample, sampleAssignment, sampleMirror } from './shim-run.ts';

export interface AgentRun {
  host: FakeHost;
  models: ModelStub;
  sample: Sample;
  /** Calls of the agent's tools; each is answered with "Tabs." unless the test sets `answerTool`. */
  tools: McpCall[];
  /** What the gateway counted. */
  metered: MeteredCall[];
  /** As the shim fetches it; changes count from the next container on. */
  assignment: Assignment;
  /** Paths of CONNECT and of requests that reached the host although they are for elsewhere. */
  strays: string[];
  container: string;
  /** Standard output of a command in the container. */
  inside(...argv: string[]): Promise<string>;
  /** Ends the container as a crash would. */
  kill(): Promise<void>;
  /** A new container on the same workspace. */
  restart(): Promise<void>;
  /** Resolves when the container has ended by itself. */
  ended(): Promise<void>;
  /** Text of a file on the branch that was handed over last. */
  handedOver(path: string): Promise<string>;
  close(): Promise<void>;
}

export interface AgentRunOptions {
  runner: RunnerManifest;
  assignment?: Partial<Assignment>;
  /** Instead of what the manifest says. */
  agent?: Partial<Pick<RunnerManifest, 'acp' | 'env' | 'files'>>;
  /** Milliseconds of silence after which the gateway takes a model call for stalled. */
  silenceMs?: number;
}

const provider = 'stub';

/** The one that was built before the tests, whatever has been edited since. */
function imageOf(runner: RunnerManifest): string {
  const built = JSON.parse(process.env['PRLT_TEST_IMAGES'] ?? '{}') as Record<string, string>;
  return built[runner.name] ?? imageName(runner);
}

export async function startAgentRun(options: AgentRunOptions): Promise<AgentRun> {
  const { runner } = options;
  const sample = sampleMirror();
  chmodSync(sample.root, 0o711);
  const models = await startModelStub();
  const assignment = assignmentFor(options, sample);
  const socketDir = join(sample.root, 'socket');
  const host = await startFakeHost(join(socketDir, 'host.sock'), assignment);
  const tools: McpCall[] = [];
  const strays: string[] = [];
  const metered: MeteredCall[] = [];
  const api = runner.model?.apis[0] ?? 'openai';
  const gateway = createModels({
    providers: [
      {
        name: provider,
        api,
        url: api === 'openai' ? `${models.url}/v1` : models.url,
        key: { from: 'value', value: 'the-real-key' },
        allow: [],
      },
    ],
    desk: {
      admit: async () => ({ kind: 'go' }),
      settle: async (_run, call) => void metered.push(call),
    },
    log: pino({ level: 'silent' }),
    now: Date.now,
    env: {},
    proxies: {},
    ...(options.silenceMs !== undefined && { limits: { silenceMs: options.silenceMs } }),
  });
  host.elsewhere = (request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/models/'))
      void gateway.serve(assignment.run.id, new URL(url, 'http://prlt'), request, response);
    else if (url.startsWith('/mcp')) answerMcp(request, response, tools);
    else {
      strays.push(`${request.method} ${url}`);
      return false;
    }
    return true;
  };
  host.onConnect = (target) => strays.push(`CONNECT ${target}`);
  const image = imageOf(runner);
  const volume = `prlt-conformance-${randomUUID()}`;
  await docker('rm', await docker('create', '--mount', `type=volume,src=${volume},dst=/work`, image));
  const flags = [
    ...['--init', '--network', 'none', '--read-only', '--cap-drop', 'ALL', '--user', '1000:1000'],
    ...['--security-opt', 'no-new-privileges', '--pids-limit', '512', '--memory', '2g', '--cpus', '2'],
    ...['--tmpfs', '/tmp:exec,size=512m'],
    ...['--mount', `type=bind,src=${sample.mirror},dst=/mirror,readonly`],
    ...['--mount', `type=bind,src=${socketDir},dst=/run/prlt,readonly`],
    ...['--mount', `type=volume,src=${volume},dst=/work`],
  ];
  const started: string[] = [];
  const run: AgentRun = {
    host,
    models,
    sample,
    tools,
    strays,
    metered,
    assignment,
    container: '',
    inside: (...argv) => docker('exec', run.container, ...argv),
    kill: async () => void (await docker('kill', run.container)),
    async restart() {
      run.container = await docker('run', '-d', ...flags, image);
      started.push(run.container);
    },
    ended: async () => void (await docker('wait', run.container)),
    async handedOver(path) {
      const bundle = host.bundles.at(-1);
      if (!bundle) throw new Error('no branch was handed over');
      const file = join(sample.root, 'handed-over.bundle');
      writeFileSync(file, bundle.bytes);
      git(sample.mirror, 'bundle', 'unbundle', file);
      return git(sample.mirror, 'show', `${bundle.head}:${path}`);
    },
    async close() {
      for (const container of started) await docker('rm', '--force', container);
      await docker('volume', 'rm', '--force', volume);
      await host.close();
      gateway.close();
      await models.close();
      sample.remove();
    },
  };
  try {
    await run.restart();
  } catch (error) {
    await run.close();
    throw error;
  }
  return run;
}

/** As the service makes it: provider and model are filled in, the rest is the shim's. */
function assignmentFor({ runner, assignment, agent }: AgentRunOptions, sample: Sample): Assignment {
  const places = { provider, model: runner.model?.default ?? '' };
  const base = sampleAssignment(sample, '');
  return {
    ...base,
    agent: {
      name: 'bezos',
      runner: runner.name,
      argv: runner.argv.map((part) => fill(part, places)),
      env: fillAll(agent?.env ?? runner.env, places),
      files: fillAll(agent?.files ?? runner.files, places),
      acp: agent?.acp ?? runner.acp,
      masks: runner.masks,
    },
    // Its own: tests of the shim on this machine end every process that carries the id of theirs, in containers too.
    run: { ...base.run, id: randomUUID() },
    limits: { ...base.limits, cancelGraceMs: 3_000 },
    ...assignment,
  };
}
