/** Set-up steps, run by a real shim in a real checkout before the agent begins. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Assignment } from '#runners/shim/protocol.ts';
import {
  git,
  type ShimRun,
  sampleAssignment,
  sampleMirror,
  sampleRun,
  startShim,
} from '#test/support/shim-run.ts';

interface Steps {
  setup: Assignment['setup'];
  /** Of the agent. */
  script?: string;
  setupMs?: number;
  changes?: Partial<Assignment>;
}

async function begin({ setup, script = 'true', setupMs = 20_000, changes = {} }: Steps): Promise<ShimRun> {
  const sample = sampleMirror({ 'packages/web/package.json': '{}\n' });
  const base = sampleAssignment(sample, script, { setup, ...changes });
  const run = await startShim(sample, { ...base, limits: { ...base.limits, setupMs } });
  onTestFinished(async () => {
    await run.close();
    sample.remove();
  });
  return run;
}

const at = (steps: string[], directory = '.') => [{ directory, steps }];
const notes = (run: ShimRun) => run.host.of('note').map(({ text }) => text);

test('steps run in order, in their folder, in the environment of the agent, before the agent', async () => {
  const run = await begin({
    setup: at(
      ['pwd > ../../where.log', 'echo "$HTTP_PROXY $PRLT_ITEM_KEY $HOME"; echo two >> ../../where.log'],
      'packages/web',
    ),
    script: 'cat where.log',
  });
  expect(await run.host.verdict()).toMatchObject({ outcome: 'finished', changed: false });
  expect(run.host.of('setup_step')).toMatchObject([
    { command: 'pwd > ../../where.log', exitCode: 0 },
    { exitCode: 0 },
  ]);
  expect(run.host.said()).toMatch(/^http:\/\/127\.0\.0\.1:\d+ GH-12 \S+\/work\/home\n/);
  expect(run.host.said()).toContain(`${run.repo}/packages/web\ntwo\n`);
  const types = run.host.events.map(({ type }) => type);
  expect(types.lastIndexOf('setup_step')).toBeLessThan(types.indexOf('agent_started'));
});

test('a step that fails ends the run with its command, exit code and last lines, and nothing follows', async () => {
  const run = await begin({
    setup: at(['echo junk > junk.txt', 'echo before; echo broken >&2; exit 7', 'touch never']),
    script: 'touch agent-was-here',
  });
  const verdict = await run.host.verdict();
  expect(verdict).toMatchObject({
    outcome: 'failed',
    cause: 'setup',
    error: '`echo before; echo broken >&2; exit 7` ended with exit code 7',
    exitCode: 7,
    changed: false,
  });
  expect(verdict.lastLines?.toSorted()).toEqual(['before', 'broken']);
  expect(run.host.of('setup_step').map(({ exitCode }) => exitCode)).toEqual([0, 7]);
  expect(existsSync(join(run.repo, 'never'))).toBe(false);
  expect(run.host.of('agent_started')).toEqual([]);
  expect(run.host.bundles).toEqual([]);
});

test('all steps share one limit, which ends everything they started', async () => {
  const run = await begin({ setup: at(['sleep 0.3', 'sleep 98765 & sleep 98765']), setupMs: 1_000 });
  expect(await run.host.verdict()).toMatchObject({
    outcome: 'failed',
    cause: 'setup_time',
    error: 'it took longer than limits.setup (1 s), in the step `sleep 98765 & sleep 98765`',
  });
  expect(living('sleep 98765')).toEqual([]);
});

test('a stop ends the step and is told as a stop', async () => {
  const run = await begin({ setup: at(['echo begun; sleep 87654']) });
  await run.host.until('message', ({ text }) => text.includes('begun'));
  run.host.send({ type: 'cancel', reason: 'asked' });
  expect(await run.host.verdict()).toMatchObject({ outcome: 'cancelled', changed: false });
  expect(living('sleep 87654')).toEqual([]);
  expect(run.host.of('agent_started')).toEqual([]);
});

test('what steps leave is kept out of the change, and said; what the agent adds goes in', async () => {
  const run = await begin({
    setup: at([
      'mkdir -p "odd [dir]" && touch "odd [dir]/a" made.txt ignored.log',
      'echo changed > readme.md',
    ]),
    script: 'echo mine > mine.txt',
  });
  const verdict = await run.host.verdict();
  expect(verdict).toMatchObject({ outcome: 'finished', commits: 1 });
  const files = git(run.repo, 'show', '--name-only', '--format=', verdict.head).split('\n');
  expect(files).toEqual(['mine.txt', 'readme.md']);
  expect(notes(run)).toEqual([
    expect.stringMatching(/stay out of the change: `made\.txt`, `odd \[dir\]\/`\.$/),
    expect.stringMatching(/go into the change unless .*: `readme\.md`\.$/),
  ]);
});

test('steps are not repeated in a workspace that they prepared; other steps are', async () => {
  const sample = sampleMirror();
  onTestFinished(() => sample.remove());
  const times = async (id: string, steps: string[]): Promise<number> => {
    const assignment = sampleAssignment(sample, 'true', {
      setup: at(steps),
      run: { id, epoch: 1, kind: 'implement', key: 'GH-12' },
      continues: id !== sampleRun,
    });
    const run = await startShim(sample, assignment);
    expect(await run.host.verdict()).toMatchObject({ outcome: 'finished' });
    await run.exited();
    await run.close();
    return readFileSync(join(run.repo, 'times.log'), 'utf8').length;
  };
  expect(await times(sampleRun, ['printf 1 >> times.log'])).toBe(1);
  expect(await times(`${sampleRun}-2`, ['printf 1 >> times.log'])).toBe(1);
  expect(await times('run-3', ['printf 1 >> times.log', 'printf 1 >> times.log'])).toBe(3);
});

test('a folder that is not there is named', async () => {
  const run = await begin({ setup: at(['true'], 'packages/gone') });
  expect(await run.host.verdict()).toMatchObject({
    cause: 'setup',
    error: 'the folder packages/gone is not in the checkout',
  });
});

test('a step that leaves a service running does not hold the others up', async () => {
  const run = await begin({ setup: at(['sleep 76543 & echo up', 'echo next']), script: 'echo agent' });
  expect(await run.host.verdict(8_000)).toMatchObject({ outcome: 'finished' });
  expect(run.host.said()).toContain('agent');
});

/** Command lines on this machine that begin so. */
function living(what: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.startsWith(what));
}
