/** Output that is too much, too long or not text. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sampleAssignment } from '#test/support/shim-run.ts';
import { stageShims } from '#test/support/shim-stage.ts';

const stage = stageShims();

async function start(script: string, limits = {}) {
  const assignment = sampleAssignment(stage.sample, script);
  await stage.start({ ...assignment, limits: { ...assignment.limits, ...limits } });
  return stage.run.host;
}

/** Highest resident memory of the shim so far, in MB. */
const peak = (pid: number) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

it('keeps to the output limit, counts the rest and stays small', async () => {
  const bytes = 30_000_000;
  const host = await start(`echo begin; sleep 0.5; yes 0123456789abcdef | head -c ${bytes}; echo; sleep 1`);
  const pid = stage.run.shim.pid ?? 0;
  await host.until('message');
  const before = peak(pid);
  await host.until('note', (event) => event.text.includes('output limit'));
  let after = before;
  while (host.of('finished').length === 0) {
    try {
      after = peak(pid);
    } catch {
      break;
    }
    await sleep(20);
  }
  await host.verdict();
  const kept = Buffer.byteLength(host.said());
  const dropped = host.of('output_capped').map((event) => event.bytes);
  expect(kept).toBeLessThanOrEqual(2_000_000);
  expect(kept).toBeGreaterThan(1_900_000);
  expect(kept + (dropped[0] ?? 0)).toBe(bytes + 'begin\n\n'.length);
  expect(dropped).toHaveLength(1);
  expect(after - before).toBeLessThan(80);
}, 30_000);

it('cuts a line that is too long and says by how much', async () => {
  const host = await start('head -c 100000 /dev/zero | tr "\\0" x; echo; echo short', { lineBytes: 5000 });
  await host.verdict();
  expect(host.said()).toBe(`${'x'.repeat(5000)}\nshort\n`);
  expect(host.of('message').reduce((sum, event) => sum + (event.truncated ?? 0), 0)).toBe(95_000);
  expect(Math.max(...host.of('message').map((event) => event.text.length))).toBeLessThanOrEqual(2048);
});

it('replaces what is not UTF-8 and joins characters that come in halves', async () => {
  const host = await start("printf 'a\\377b\\n'; printf '\\303'; sleep 0.1; printf '\\244\\n'");
  await host.verdict();
  expect(host.said()).toBe('a\uFFFDb\nä\n');
});

it('lets go of message bodies, not of events, when the host stays away for long', async () => {
  const host = await start(
    'echo begin; sleep 0.5; yes 0123456789abcdef | head -c 600000; touch ../done; sleep 0.5; echo end',
    {
      journalBytes: 200_000,
    },
  );
  await host.until('message');
  await host.leave();
  await sleep(1500);
  await host.comeBack();
  await host.verdict();
  expect(host.of('note').some((event) => event.text.includes('let go of'))).toBe(true);
  const left = host.of('message').reduce((sum, event) => sum + (event.truncated ?? 0), 0);
  expect(Buffer.byteLength(host.said()) + left).toBe(600_000 + 'begin\nend\n'.length);
  expect(left).toBeGreaterThan(0);
  expect(host.events.every((event, index) => event.seq === index + 1)).toBe(true);
});
