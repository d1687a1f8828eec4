/** Agents that print without end: what is kept has a cap, and neither the service nor the container grows with it. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended } from '#test/support/company.ts';
import { runEvents } from '#test/support/machine.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

const MiB = 2 ** 20;
/** What the service may grow by while an agent is loud: caches, and what is on its way to the disk. */
const growth = 150 * MiB;

describe('a loud agent', () => {
  let stage: Stage;
  let before: number;
  beforeAll(async () => {
    stage = await setStage({ agent: 'true', env: { PRLT_MAX_CONCURRENCY: '3', LOG_LEVEL: 'info' } });
    before = await peakMemory();
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  /** Highest resident memory of the service so far, bytes (proc(5), VmHWM). */
  async function peakMemory(): Promise<number> {
    const status = await readFile(`/proc/${stage.prlt.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** The container dies at once when anything in it holds on to what is printed. */
  const config = 'limits: { memory: 400m, attempts: 1 }\n';
  const said = (run: string) =>
    runEvents(stage.prlt.dataDir).flatMap((event) =>
      event.run === run && event.type === 'message' ? [event] : [],
    );
  const lastRun = () => runEvents(stage.prlt.dataDir).at(-1)?.run ?? '';

  it('that prints a gigabyte ends well within a minute, and memory stays flat', async () => {
    const agent = 'head -c 1073741824 /dev/zero | tr "\\0" a | fold -w 120\necho done > done.txt';
    const name = await addRepository(stage, 'gigabyte', { agent, config });
    const began = Date.now();
    const issue = ask(stage, name, 'Shout');
    const status = await ended(stage, name, issue, 'agent:review');
    expect(Date.now() - began).toBeLessThan(60_000);
    expect(status).toContain('The output limit of 16777216 bytes is reached');
    expect((await peakMemory()) - before).toBeLessThan(growth);
    const kept = said(lastRun()).reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    expect(kept).toBeLessThanOrEqual(16 * MiB);
    expect(kept).toBeGreaterThan(15 * MiB);
  });

  it('with a line of 100 MB is cut, and the count of what is missing is kept', async () => {
    const agent = 'head -c 104857600 /dev/zero | tr "\\0" b; echo; echo after; echo done > done.txt';
    const name = await addRepository(stage, 'long-line', { agent, config });
    await ended(stage, name, ask(stage, name, 'Draw a line'), 'agent:review');
    const events = said(lastRun());
    const missing = events.reduce((sum, { truncated = 0 }) => sum + truncated, 0);
    expect(missing).toBe(100 * MiB - 16 * 1024);
    expect(events.map(({ text }) => text).join('')).toMatch(/^b{16384}\nafter\n$/);
    expect((await peakMemory()) - before).toBeLessThan(growth);
  });

  it('whose words are no UTF-8 is kept and shown with replacements', async () => {
    const agent = 'printf "caf\\351 \\377\\376 \\360\\237\\222 ok\\n"; echo done > done.txt';
    const name = await addRepository(stage, 'latin', { agent, config });
    const issue = ask(stage, name, 'Mumble');
    const status = await ended(stage, name, issue, 'agent:review');
    const text = said(lastRun())
      .map((each) => each.text)
      .join('');
    expect(text).toMatch(/^caf\uFFFD \uFFFD+ \uFFFD+ ok\n$/);
    expect(status).toContain('Ready for review');
  });
});
