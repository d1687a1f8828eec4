/** What every runner's real CLI does with a prompt, a poke, a question, a stop and a crash. */
import { afterEach, describe, expect, it } from 'vitest';
import type { RunnerManifest } from '#runners/manifest.ts';
import { type AgentRun, type AgentRunOptions, startAgentRun } from '#test/support/agent-run.ts';
import { chosenRunners } from './chosen.ts';
import { differencesOf } from './differences.ts';

const open = new Set<AgentRun>();
afterEach(async () => {
  for (const run of open) await run.close();
  open.clear();
});

async function start(runner: RunnerManifest, options: Partial<AgentRunOptions> = {}): Promise<AgentRun> {
  const run = await startAgentRun({ runner, ...options });
  open.add(run);
  return run;
}

const soon = 120_000;
/** A command that takes a moment; some CLIs refuse a leading `sleep`. */
const slowly = (ms: number, more = ''): string => `node -e 'setTimeout(() => {}, ${ms})'${more}`;
const commit = 'echo hi > a.txt && git add a.txt && git commit -qm "Add a.txt"';

/** Command lines of all that runs in the container, but for the one that asks. */
async function commandsIn(run: AgentRun): Promise<string[]> {
  const script = 'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline 2>/dev/null && echo; done';
  const lines = (await run.inside('sh', '-c', script)).split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('sh -c for p') && !line.startsWith('tr '));
}

describe.each(chosenRunners().map((runner) => [runner.name, runner] as const))('%s', (_name, runner) => {
  it('writes, commits and finishes, reaches nothing else, and its usage is counted', async () => {
    const run = await start(runner);
    const usage = { input: 1200, output: 70, cacheRead: 300 };
    run.models.script({ shell: commit, say: 'Working on it.', usage }, { say: 'All done.' });
    expect(await run.host.verdict(soon)).toMatchObject({
      outcome: 'finished',
      changed: true,
      commits: 1,
      end: { stop: 'end_turn' },
    });
    expect(await run.handedOver('a.txt')).toBe('hi');
    expect(run.host.said()).toContain('All done.');
    expect(run.host.of('tool').at(-1)).toMatchObject({ status: 'completed' });
    const { dials = [] } = await differencesOf(runner);
    expect(run.strays.filter((stray) => !dials.some((host) => stray === `CONNECT ${host}`))).toEqual([]);
    const asked = run.models.calls.filter((call) => call.step);
    expect(new Set(asked.map(({ tools }) => tools.length > 0))).toEqual(new Set([true]));
    const key = asked[0]?.headers['x-api-key'] ?? asked[0]?.headers['authorization'];
    expect(key).toContain('the-real-key');
    // A title that nobody waits for any more when the work is done is given up by the CLI.
    const counted = run.metered.filter(({ broken }) => broken !== 'given_up');
    expect(counted.filter(({ estimated }) => estimated)).toEqual([]);
    expect(counted.map((call) => call.usage)).toContainEqual(
      expect.objectContaining({ ...usage, cacheWrite: 0 }),
    );
    const spent = counted.reduce((sum, call) => sum + call.usage.input + call.usage.output, 0);
    expect(spent).toBe(1270 + 1050 * (counted.length - 1));
    const sides = run.metered.length - asked.length;
    expect(run.metered.length - counted.length).toBeLessThanOrEqual(sides);
  });

  it('is asked with the model that the manifest names', async () => {
    const run = await start(runner);
    run.models.script({ say: 'Hello.' });
    await run.host.verdict(soon);
    const known = [runner.model?.default ?? '', ...(runner.model?.side ?? [])];
    const models = new Set(run.models.calls.filter(({ api }) => api !== 'other').map(({ model }) => model));
    for (const model of models) expect(known.some((name) => model.includes(name))).toBe(true);
  });

  it('takes a poke while it runs', async () => {
    const run = await start(runner);
    run.models.script({ shell: slowly(6000) }, { say: 'Noted.' }, { say: 'Done.' });
    await run.host.until('tool', undefined, soon);
    const poke = run.host.send({ type: 'poke', text: 'Use tabs, please.', from: 'ada' });
    expect(await run.host.verdict(soon)).toMatchObject({ outcome: 'finished' });
    const how = runner.acp.steering ? 'steered' : 'next_turn';
    expect(run.host.of('poke_delivered')).toEqual([expect.objectContaining({ message: poke, how })]);
    const heard = run.models.calls.filter((call) => JSON.stringify(call.body).includes('Use tabs, please.'));
    expect(heard.length).toBeGreaterThan(0);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const run = await start(runner);
    run.models.script({ shell: `timeout 500 ${slowly(500_000)}` });
    await run.host.until('tool', undefined, soon);
    await expect
      .poll(() => commandsIn(run), { timeout: 20_000 })
      .toContainEqual(expect.stringMatching(/^timeout/));
    // Held back, it keeps the shim waiting at its end, so that there is a container to look into.
    run.host.hold({ type: 'poke', text: 'Too late.', from: 'ada' });
    run.host.send({ type: 'cancel', reason: 'ada stopped it' });
    await run.host.until('prompt_ended', undefined, soon);
    await expect
      .poll(async () => (await commandsIn(run)).filter((line) => !/init|shim\/main\.ts/.test(line)), {
        timeout: 20_000,
      })
      .toEqual([]);
    run.host.release();
    expect(await run.host.verdict(soon)).toMatchObject({ outcome: 'cancelled', error: 'ada stopped it' });
    await run.ended();
  });

  it('gets its questions for permission answered', async () => {
    const { asking, asksFor } = await differencesOf(runner);
    if (!asking) return;
    const run = await start(runner, { agent: asking(runner) });
    run.models.script(asksFor?.(commit) ?? { shell: commit }, { say: 'Done.' });
    expect(await run.host.verdict(soon)).toMatchObject({ outcome: 'finished', changed: true });
    expect(run.host.of('permission').length).toBeGreaterThan(0);
    expect(await run.handedOver('a.txt')).toBe('hi');
  });

  it('asks a person through its tools and hears the answer', async () => {
    const run = await start(runner);
    const input = { question: 'Tabs or spaces?', options: ['Tabs.', 'Spaces.'] };
    run.models.script({ tool: 'ask_human', input }, { say: 'Tabs it is.' });
    expect(await run.host.verdict(soon)).toMatchObject({ outcome: 'finished' });
    expect(run.tools).toEqual([{ name: 'ask_human', input }]);
    expect(JSON.stringify(run.models.calls.filter((call) => call.step).at(-1)?.body)).toContain('Tabs.');
  });

  it('goes on with its conversation after it was killed, and in a later run that continues it', async () => {
    const run = await start(runner);
    run.models.script({ shell: 'echo marked-by-the-first-life', say: 'First.' }, { stall: 'silent' });
    await run.models.until((call) => call.step !== undefined && 'stall' in call.step, soon);
    await run.kill();
    run.models.reset();
    run.models.script({ say: 'Second life.' });
    await run.restart();
    expect(await run.host.verdict(soon)).toMatchObject({ outcome: 'finished' });
    expect(run.host.of('agent_started').at(-1)).toMatchObject({ resumed: true });
    const told = (): string => JSON.stringify(run.models.calls.filter((call) => call.step).at(-1)?.body);
    expect(told()).toContain('marked-by-the-first-life');
    expect(run.host.said()).toContain('Second life.');

    await run.ended();
    run.host.events.length = 0;
    run.models.reset();
    run.assignment.run = { ...run.assignment.run, id: 'run-2' };
    run.assignment.continues = true;
    run.assignment.prompt = { number: 1, kind: 'implement', text: 'Go on.' };
    await run.restart();
    expect(await run.host.verdict(soon)).toMatchObject({ outcome: 'finished' });
    expect(run.host.of('agent_started').at(-1)).toMatchObject({ resumed: true });
    expect(told()).toContain('marked-by-the-first-life');
    expect(told()).toContain('Go on.');
  });
});
