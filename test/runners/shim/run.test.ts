/** A run from assignment to bundle, with the real command runner. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Assignment } from '#runners/shim/protocol.ts';
import { git, sampleAssignment, sampleRun } from '#test/support/shim-run.ts';
import { stageShims } from '#test/support/shim-stage.ts';

const stage = stageShims();

async function start(script: string, changes: Partial<Assignment> = {}) {
  await stage.start(sampleAssignment(stage.sample, script, changes));
  return stage.run.host;
}

/** Takes the last bundle into the mirror, as far as git is concerned. */
function take(head: string, path: string): string {
  const file = join(stage.sample.root, 'out.bundle');
  writeFileSync(file, stage.run.host.bundles.at(-1)?.bytes ?? '');
  expect(git(stage.sample.mirror, 'bundle', 'verify', file)).toContain(
    'refs/heads/GH-12/feat/bezos/widgets/add-hello',
  );
  git(stage.sample.mirror, 'fetch', '-q', file, '+refs/heads/*:refs/heads/taken/*');
  return git(stage.sample.mirror, 'show', `${head}:${path}`);
}

describe('what changed', () => {
  it('hands over the commits as a bundle that git accepts on top of the mirror', async () => {
    const host = await start(
      'echo hello > hello.txt && git add . && git commit -qm "Add" && echo done && echo oops >&2',
    );
    const verdict = await host.verdict();
    expect(await stage.run.exited()).toBe(0);
    expect(verdict).toMatchObject({ outcome: 'finished', changed: true, commits: 1 });
    expect(host.bundles.map((bundle) => bundle.head)).toEqual([verdict.head]);
    expect(take(verdict.head, 'hello.txt')).toBe('hello');
    expect(git(stage.sample.mirror, 'log', '-1', '--format=%an %ae %cn', verdict.head)).toBe(
      'bezos bezos@prlt.example bezos',
    );
    expect(host.said('stdout')).toBe('done\n');
    expect(host.said('stderr')).toBe('oops\n');
    const types = host.events.map((event) => event.type);
    expect(types.filter((type) => type !== 'message')).toEqual([
      'shim_started',
      'checkout_ready',
      'agent_started',
      'prompt_started',
      'prompt_ended',
      'finished',
    ]);
  });

  it('commits what was left uncommitted, with the given message and without what is ignored', async () => {
    const host = await start(
      'echo hello > "a b.txt"; echo noise > x.log; rm readme.md; printf "#!/bin/sh\nexit 1" > .git/hooks.sh',
    );
    const verdict = await host.verdict();
    expect(verdict).toMatchObject({ outcome: 'finished', changed: true, commits: 1 });
    take(verdict.head, 'a b.txt');
    expect(git(stage.sample.mirror, 'log', '-1', '--format=%B', verdict.head)).toBe(
      'Add hello\n\nFor GH-12.',
    );
    expect(git(stage.sample.mirror, 'ls-tree', '-r', '--name-only', verdict.head).split('\n')).toEqual([
      '.gitignore',
      'a b.txt',
    ]);
  });

  it('is not stopped by hooks that the agent planted', async () => {
    const host = await start(
      'mkdir .git/hooks; for h in pre-commit commit-msg; do printf "#!/bin/sh\nexit 1" > .git/hooks/$h; chmod +x .git/hooks/$h; done; echo 1 > x',
    );
    expect(await host.verdict()).toMatchObject({ outcome: 'finished', changed: true, commits: 1 });
  });

  it('sends no bundle when nothing changed', async () => {
    const host = await start('echo nothing to do');
    expect(await host.verdict()).toEqual(
      expect.objectContaining({ outcome: 'finished', changed: false, commits: 0, head: stage.sample.start }),
    );
    expect(host.bundles).toEqual([]);
    expect(await stage.run.exited()).toBe(0);
  });

  it.each([
    ['a detached HEAD', 'git checkout -q --detach; echo 1 > x; git add .; git commit -qm x'],
    ['another branch', 'git checkout -q -b mine; echo 1 > x; git add .; git commit -qm x; echo 2 > x'],
  ])('brings commits on %s back to the branch', async (_where, script) => {
    const host = await start(script);
    const verdict = await host.verdict();
    expect(verdict).toMatchObject({ outcome: 'finished', changed: true });
    expect(git(stage.run.repo, 'rev-parse', 'GH-12/feat/bezos/widgets/add-hello')).toBe(verdict.head);
    expect(host.of('note').map((note) => note.text)).toEqual([expect.stringContaining('brought back')]);
  });

  it('prefers the run’s own branch to commits apart from it', async () => {
    const host = await start(
      'echo 1 > x; git add .; git commit -qm x; git checkout -q -b other HEAD~1; echo 2 > y; git add .; git commit -qm y',
    );
    const verdict = await host.verdict();
    expect(take(verdict.head, 'x')).toBe('1');
    expect(host.of('note').map((note) => note.text)).toEqual([expect.stringContaining('left out')]);
  });

  it('says what the host did not take', async () => {
    await stage.start(sampleAssignment(stage.sample, 'sleep 0.3; echo 1 > x'));
    stage.run.host.refuse.push(
      { status: 503, reason: 'later' },
      { status: 409, reason: 'the branch has moved' },
    );
    expect(await stage.run.host.verdict()).toMatchObject({
      outcome: 'failed',
      cause: 'bundle',
      error: 'the branch has moved',
      changed: false,
      commits: 1,
    });
  });

  it('does not send a bundle over the limit', async () => {
    const limits = { ...sampleAssignment(stage.sample, '').limits, bundleBytes: 100_000 };
    const host = await start('head -c 300000 /dev/urandom > x', { limits });
    expect(await host.verdict()).toMatchObject({
      outcome: 'failed',
      cause: 'bundle',
      error: expect.stringContaining('100000'),
    });
    expect(host.bundles).toEqual([]);
  });
});

describe('how it ended', () => {
  it('fails with the exit code and the last lines, and keeps the work', async () => {
    const host = await start(
      'echo 1 > x; for i in $(seq 30); do echo line $i; done; echo broken >&2; exit 3',
    );
    const verdict = await host.verdict();
    expect(verdict).toMatchObject({
      outcome: 'failed',
      cause: 'agent_exit',
      exitCode: 3,
      changed: true,
      commits: 1,
    });
    expect(verdict.lastLines).toHaveLength(20);
    expect(verdict.lastLines).toContain('broken');
    expect(verdict.lastLines).toContain('line 30');
    expect(host.of('prompt_ended')[0]).toMatchObject({
      exitCode: 3,
      error: expect.stringContaining('exit code 3'),
    });
    expect(take(verdict.head, 'x')).toBe('1');
  });

  it('names the signal of a command that was killed', async () => {
    const host = await start('kill -9 $$');
    expect(await host.verdict()).toMatchObject({ outcome: 'failed', cause: 'agent_exit', signal: 'SIGKILL' });
  });

  it('says so when the agent itself dies in the middle of its turn', async () => {
    const host = await start('kill -9 $PPID; sleep 5');
    expect(await host.verdict()).toMatchObject({ outcome: 'failed', cause: 'agent_exit', signal: 'SIGKILL' });
  });

  it('names a command that does not exist', async () => {
    const assignment = sampleAssignment(stage.sample, '');
    assignment.agent.env['PRLT_COMMAND'] = '["no-such-command"]';
    await stage.start(assignment);
    expect(await stage.run.host.verdict()).toMatchObject({
      outcome: 'failed',
      exitCode: 127,
      lastLines: [expect.stringContaining('no-such-command')],
    });
  });

  it('names an agent that cannot be started', async () => {
    const assignment = sampleAssignment(stage.sample, '');
    assignment.agent.argv = ['no-such-agent', 'acp'];
    await stage.start(assignment);
    expect(await stage.run.host.verdict()).toMatchObject({
      outcome: 'failed',
      cause: 'spawn',
      error: expect.stringContaining('no-such-agent'),
    });
  });

  it('names a start that the mirror does not have', async () => {
    const assignment = sampleAssignment(stage.sample, '');
    assignment.checkout.start = '1'.repeat(40);
    await stage.start(assignment);
    expect(await stage.run.host.verdict()).toMatchObject({
      outcome: 'failed',
      cause: 'checkout',
      changed: false,
    });
    expect(await stage.run.exited()).toBe(0);
  });

  it('ends at once when the run is over', async () => {
    const host = await start('sleep 60');
    await host.until('prompt_started');
    host.over = true;
    await host.leave();
    await host.comeBack();
    expect(await stage.run.exited()).toBe(0);
  });
});

describe('the command’s surroundings', () => {
  it('has the contract’s variables and a repository that stands ready', async () => {
    const script = `node -e 'const e=process.env;console.log(JSON.stringify({
      prompt:require("fs").readFileSync(e.PRLT_PROMPT_FILE,"utf8"),number:e.PRLT_PROMPT_NUMBER,kind:e.PRLT_RUN_KIND,
      key:e.PRLT_ITEM_KEY,run:e.PRLT_RUN_ID,base:e.PRLT_BASE_SHA,no:e.NO_PROXY,node:e.NODE_USE_ENV_PROXY,
      same:new Set([e.http_proxy,e.HTTP_PROXY,e.https_proxy,e.HTTPS_PROXY,e.all_proxy,e.ALL_PROXY]).size,
      mcp:e.PRLT_MCP_URL===e.http_proxy+"/mcp",socket:e.PRLT_SOCKET}))'
      git symbolic-ref HEAD; git rev-parse origin/main; git remote get-url origin; git config user.name; pwd; git status --porcelain`;
    const host = await start(script);
    await host.verdict();
    const [variables, ...rest] = host.said('stdout').trim().split('\n');
    expect(JSON.parse(variables ?? '')).toEqual({
      prompt: 'Add hello.',
      number: '1',
      kind: 'implement',
      key: 'GH-12',
      run: sampleRun,
      base: stage.sample.start,
      no: '127.0.0.1,localhost',
      node: '1',
      same: 1,
      mcp: true,
    });
    expect(rest).toEqual([
      'refs/heads/GH-12/feat/bezos/widgets/add-hello',
      stage.sample.start,
      'https://github.example/acme/widgets.git',
      'bezos',
      stage.run.repo,
    ]);
  });

  it('passes the result on unchecked', async () => {
    const host = await start('echo \'{"title":"T","findings":[]}\' > "$PRLT_RESULT_FILE"');
    expect((await host.verdict()).result).toEqual({ title: 'T', findings: [] });
  });

  it.each([
    ['echo nonsense > "$PRLT_RESULT_FILE"', 'cannot be used as JSON'],
    ['ln -s /etc/hostname "$PRLT_RESULT_FILE"', 'not a regular file'],
    ['head -c 70000 /dev/zero > "$PRLT_RESULT_FILE"', 'larger than'],
    ['mkfifo "$PRLT_RESULT_FILE"', 'not a regular file'],
  ])('notes a result that is none: %s', async (script, note) => {
    const host = await start(script);
    expect((await host.verdict()).result).toBeUndefined();
    expect(host.of('note').map((event) => event.text)).toEqual([expect.stringContaining(note)]);
  });
});
