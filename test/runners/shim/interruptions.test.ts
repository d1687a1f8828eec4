/** Pokes, cancels, hosts that go away and shims that die. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { git, sampleAssignment } from '#test/support/shim-run.ts';
import { stageShims } from '#test/support/shim-stage.ts';

const stage = stageShims();

async function start(script: string, limits = {}) {
  const assignment = sampleAssignment(stage.sample, script);
  await stage.start({ ...assignment, limits: { ...assignment.limits, ...limits } });
  return stage.run.host;
}

const waitFor = (name: string) => `while [ ! -e ../${name} ]; do sleep 0.02; done`;
const allow = (name: string) => execFileSync('touch', [join(stage.run.work, name)]);
/** A killed process that nobody has collected yet is dead all the same. */
function alive(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
const gapless = () =>
  stage.run.host.events.map((event) => event.seq).every((seq, index) => seq === index + 1);

describe('messages', () => {
  it('makes a poke in the middle of a turn the next prompt', async () => {
    const host = await start(
      `echo "$PRLT_PROMPT_NUMBER $PRLT_RUN_KIND $(cat "$PRLT_PROMPT_FILE")"; ${waitFor('go')}`,
    );
    await host.until('message');
    const poke = host.send({ type: 'poke', text: 'Use tabs.', from: 'ada' });
    await sleep(100);
    allow('go');
    await host.verdict();
    expect(host.said('stdout')).toBe('1 implement Add hello.\n2 implement Use tabs.\n');
    expect(host.of('poke_delivered')).toEqual([expect.objectContaining({ message: poke, how: 'next_turn' })]);
    expect(host.of('prompt_started').map((event) => event.number)).toEqual([1, 2]);
    expect(host.of('finished')[0]?.lastMessage).toBe(poke);
  });

  it('does not begin again for a hint that the agent cannot hear', async () => {
    const host = await start(`echo "$PRLT_PROMPT_NUMBER" >> numbers; echo at work; ${waitFor('go')}`);
    await host.until('message');
    const hint = host.send({ type: 'wrap_up', reason: 'the money is nearly spent' });
    await sleep(100);
    allow('go');
    const verdict = await host.verdict();
    expect(git(stage.run.repo, 'show', `${verdict.head}:numbers`)).toBe('1');
    expect(host.of('finished')[0]?.lastMessage).toBe(hint);
  });

  it('goes on with what waits when the host says that it is behind', async () => {
    const host = await start('echo "$PRLT_PROMPT_NUMBER" >> numbers; cat "$PRLT_PROMPT_FILE"');
    host.hold({ type: 'poke', text: 'the time is nearly up', from: 'ada' });
    await host.until('prompt_ended');
    await sleep(300);
    expect(host.of('finished')).toEqual([]);
    host.release();
    const verdict = await host.verdict();
    expect(await stage.run.exited()).toBe(0);
    expect(host.of('prompt_started').map((event) => event.number)).toEqual([1, 2]);
    expect(host.said('stdout')).toContain('the time is nearly up');
    expect(git(stage.run.repo, 'show', `${verdict.head}:numbers`)).toBe('1\n2');
    expect(host.bundles.at(-1)?.head).toBe(verdict.head);
    expect(gapless()).toBe(true);
  });

  it('cancels everything a command started, whatever its group and session, and keeps the work', async () => {
    const host = await start(
      'echo 1 > x; (setsid sh -c "echo \\$\\$ > ../pid1; exec sleep 611") & timeout 612 sh -c "echo \\$\\$ > ../pid2; exec sleep 612" & echo ready; wait',
    );
    await host.until('message', (event) => event.text.includes('ready'));
    await sleep(200);
    const pids = ['pid1', 'pid2'].map((name) =>
      execFileSync('cat', [join(stage.run.work, name)], { encoding: 'utf8' }).trim(),
    );
    host.send({ type: 'cancel', reason: 'ada stopped it' });
    expect(await host.verdict()).toMatchObject({
      outcome: 'cancelled',
      error: 'ada stopped it',
      changed: true,
      commits: 1,
    });
    expect(await stage.run.exited()).toBe(0);
    expect(pids.filter(alive)).toEqual([]);
  });

  it('kills what does not end within the grace', async () => {
    const assignment = sampleAssignment(stage.sample, '');
    // An agent that answers nothing after its session has begun.
    assignment.agent.argv = ['{node}', join(import.meta.dirname, 'deaf-agent.ts')];
    await stage.start(assignment);
    await stage.run.host.until('prompt_started');
    const before = Date.now();
    stage.run.host.send({ type: 'cancel', reason: 'enough' });
    expect(await stage.run.host.verdict()).toMatchObject({ outcome: 'cancelled', error: 'enough' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(500);
    expect(Date.now() - before).toBeLessThan(3000);
  });
});

describe('a host that goes away', () => {
  it('loses and doubles nothing, and does not hold up the agent', async () => {
    const host = await start(
      `for i in $(seq 200); do echo line $i; done; ${waitFor('go')}; for i in $(seq 200); do echo more $i; done; echo 1 > x; touch ../done`,
    );
    await host.until('message');
    await host.leave();
    allow('go');
    while (!existsSync(join(stage.run.work, 'done'))) await sleep(20);
    await sleep(300);
    await host.comeBack();
    const verdict = await host.verdict();
    expect(verdict).toMatchObject({ outcome: 'finished', changed: true });
    const lines = host.said('stdout').trim().split('\n');
    const expected = ['line', 'more'].flatMap((word) =>
      Array.from({ length: 200 }, (_, index) => `${word} ${index + 1}`),
    );
    expect(lines).toEqual(expected);
    expect(gapless()).toBe(true);
  });

  it('is waited for at the start', async () => {
    const assignment = sampleAssignment(stage.sample, 'echo hi');
    await stage.start(assignment);
    await stage.run.host.leave();
    await sleep(300);
    await stage.run.host.comeBack();
    expect(await stage.run.host.verdict()).toMatchObject({ outcome: 'finished' });
  });
});

describe('a shim that dies', () => {
  it('goes on with the count, the queue and the checkout, and repeats no poke', async () => {
    const host = await start(
      `echo "start $PRLT_PROMPT_NUMBER"; echo 1 >> x; ${waitFor('go')}; cat "$PRLT_PROMPT_FILE"; echo`,
    );
    await host.until('message');
    host.send({ type: 'poke', text: 'Use tabs.', from: 'ada' });
    await sleep(200);
    stage.run.shim.kill('SIGKILL');
    await stage.run.exited();
    const before = host.events.at(-1)?.seq ?? 0;
    stage.run.restart();
    await host.until('shim_started', (event) => event.resumed);
    expect(host.events[before]?.seq).toBe(before + 1);
    await host.until('prompt_started', (event) => event.seq > before);
    allow('go');
    const verdict = await host.verdict();
    expect(await stage.run.exited()).toBe(0);
    expect(verdict).toMatchObject({ outcome: 'finished', changed: true });
    expect(host.of('prompt_started').map((event) => event.number)).toEqual([1, 1, 2]);
    expect(host.of('poke_delivered')).toHaveLength(1);
    expect(host.of('agent_started').map((event) => event.resumed)).toEqual([false, true]);
    expect(host.said('stdout').match(/Use tabs\./g)).toHaveLength(1);
    expect(gapless()).toBe(true);
    expect(git(stage.run.repo, 'show', `${verdict.head}:x`)).toBe('1\n1\n1');
  });

  it('ends within five seconds of SIGTERM, host or no host', async () => {
    const host = await start('echo 1 > x; echo ready; sleep 600');
    await host.until('message');
    await host.leave();
    const before = Date.now();
    stage.run.shim.kill('SIGTERM');
    expect(await stage.run.exited()).toBe(0);
    expect(Date.now() - before).toBeLessThan(5000);
  });
});

describe('a second run in the same workspace', () => {
  it('continues branch and session', async () => {
    const first = sampleAssignment(stage.sample, 'echo 1 > x');
    await stage.start(first);
    const { head } = await stage.run.host.verdict();
    await stage.run.exited();
    await stage.run.close();
    git(stage.sample.mirror, 'fetch', '-q', stage.run.repo, 'refs/heads/*:refs/heads/*');
    const second = sampleAssignment(stage.sample, 'cat x; echo 2 > x; echo $PRLT_RUN_KIND', {
      run: { ...first.run, id: `${first.run.id}-2`, kind: 'fix' },
      prompt: { number: 2, kind: 'fix', text: 'Fix it.' },
    });
    second.checkout.start = head;
    await stage.start(second);
    const verdict = await stage.run.host.verdict();
    expect(verdict).toMatchObject({ outcome: 'finished', commits: 1 });
    expect(stage.run.host.said('stdout')).toBe('1\nfix\n');
    expect(stage.run.host.of('agent_started')[0]?.resumed).toBe(true);
    expect(git(stage.run.repo, 'rev-parse', `${verdict.head}~1`)).toBe(head);
  });
});
