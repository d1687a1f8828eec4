/** `prlt-agent` as a real process against a real gateway, through the shim's loopback pipe. */
import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openLoopbackPipe } from '#runners/shim/proxy.ts';
import { runCommand } from '#runners/tools/run-command.ts';
import { type Scratch, scratchGateway } from '#test/gateway/scratch.ts';
import { scratchDir } from '../../store/scratch.ts';

const launcher = resolve('runners/tools/bin/prlt-agent');

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

async function setUp(): Promise<Scratch & { url: string }> {
  const scratch = await scratchGateway();
  const { dir } = await scratch.gateway.open('run');
  const pipe = await openLoopbackPipe(join(dir, 'host.sock'));
  onTestFinished(() => pipe.close());
  return { ...scratch, url: `${pipe.url}/mcp` };
}

/** As an agent has it: with the run's proxy set, which must not be asked for loopback. */
function prltAgent(url: string | undefined, args: string[], stdin = '', command = launcher) {
  const proxy = 'http://127.0.0.1:1';
  const env = {
    PATH: '/usr/bin:/bin',
    PRLT_NODE: process.execPath,
    ...{ HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: '127.0.0.1', NODE_USE_ENV_PROXY: '1' },
    ...(url === undefined ? {} : { PRLT_MCP_URL: url }),
  };
  return new Promise<Outcome>((done) => {
    const child = execFile(command, args, { env }, (_error, out, err) =>
      done({ code: child.exitCode, out, err }),
    );
    child.stdin?.end(stdin);
  });
}

test('every tool is called with what its flags say', async () => {
  const { url, desk } = await setUp();
  const finish = ['finish', '--title', 'T', '--summary', '-', '--tested', 'npm test', '--decision', 'a'];
  const review = ['--decision', 'b', '--contract', 'c', '--verdict', 'changes'];
  const finding = ['--finding', 'src/a.ts:3:major:Off by one:use <: not <='];
  const asked = ['ask', 'Which?', '--option', 'x', '--option', 'y', '--default', 'x', '--blocking'];
  const calls = [
    ['progress', 'Reading.'],
    [...finish, ...review, ...finding],
    asked,
    ['ask', 'Open?'],
    ['blocker', '--reason', 'r', '--needs', 'n'],
    ['create-item', '--title', 't', '--body', 'b', '--label', 'l'],
  ];
  for (const args of calls) {
    expect(await prltAgent(url, args, 'From a file.')).toEqual({ code: 0, out: 'recorded\n', err: '' });
  }
  const findings = [
    { file: 'src/a.ts', line: 3, severity: 'major', title: 'Off by one', todo: 'use <: not <=' },
  ];
  expect(desk.calls.map(({ call }) => call)).toEqual([
    { tool: 'report_progress', message: 'Reading.' },
    {
      tool: 'finish',
      title: 'T',
      summary: 'From a file.',
      how_tested: 'npm test',
      decisions: ['a', 'b'],
      contract: 'c',
      verdict: 'changes',
      findings,
    },
    { tool: 'ask_human', question: 'Which?', options: ['x', 'y'], default: 'x', blocking: true },
    { tool: 'ask_human', question: 'Open?', options: [] },
    { tool: 'report_blocker', reason: 'r', needs: 'n' },
    { tool: 'create_item', title: 't', body: 'b', labels: ['l'] },
  ]);
});

test('a refusal is exit code 1 with its sentence, --json the answer as it came', async () => {
  const { url } = await setUp();
  expect(await prltAgent(url, ['read-item', 'GH-7'])).toEqual({
    code: 1,
    out: '',
    err: 'nothing is known of GH-7\n',
  });
  const json = await prltAgent(url, ['read-item', 'GH-7', '--json']);
  expect([json.code, JSON.parse(json.out)]).toEqual([
    1,
    { content: [{ type: 'text', text: 'nothing is known of GH-7' }], isError: true },
  ]);
  const long = await prltAgent(url, ['progress', 'x'.repeat(3_000)]);
  expect([long.code, long.err]).toEqual([1, expect.stringContaining('2000')]);
});

const usage: [string[], RegExp][] = [
  [[], /Which tool/],
  [['rm'], /no tool "rm"/],
  [['finish'], /Missing: --summary/],
  [['progress'], /Missing: the message/],
  [['progress', 'two', 'words'], /"words" belongs to nothing/],
  [['finish', '--summary', 's', '--colour', 'red'], /--colour/],
  [['finish', '--summary', 's', '--finding', 'a.ts:3:major'], /file:line:severity:title:todo/],
];

test('wrong usage is said before anything is sent', async () => {
  for (const [argv, sentence] of usage) {
    const ending = await runCommand({ argv, url: 'http://127.0.0.1:1', stdin: () => '', patienceMs: 0 });
    expect(ending).toMatchObject({ code: 2, err: expect.stringMatching(sentence) });
  }
  expect(await prltAgent(undefined, ['progress', 'x'])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/only inside of a run/),
  });
});

test('--help tells of all tools and of each', async () => {
  expect(await prltAgent(undefined, ['--help'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/prlt-agent finish --summary <text>/),
  });
  expect(await prltAgent(undefined, ['ask', '--help'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/--option {9}The answers you can think of.*At most 10, 500 characters each\./),
  });
});

test('it starts through a link, as in the image', async () => {
  const link = join(await scratchDir(), 'prlt-agent');
  await symlink(launcher, link);
  expect(await prltAgent(undefined, ['--help'], '', link)).toMatchObject({ code: 0 });
});

test('a host that is away for a moment is waited for, and one that stays away is exit code 3', async () => {
  const { url, gateway, desk } = await setUp();
  await gateway.stop();
  const waiting = prltAgent(url, ['progress', 'Still here.']);
  await sleep(600);
  expect(desk.calls).toEqual([]);
  await gateway.open('run');
  expect(await waiting).toMatchObject({ code: 0 });
  expect(desk.calls).toHaveLength(1);
  await gateway.stop();
  const ending = await runCommand({ argv: ['progress', 'x'], url, stdin: () => '', patienceMs: 300 });
  expect(ending).toMatchObject({ code: 3, err: expect.stringContaining('cannot be reached') });
});
