/** Agents that take all there is of something: each stays within its share, and a neighbour finishes its work beside them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { docker, select } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** What is in /tmp counts as memory, and has a bound of its own below that. */
const shareOf = (name: string): string =>
  `limits: { attempts: 1, memory: ${name === 'tmpfs' ? 900 : 300}m, cpus: 0.5, pids: 96, run: 90s }\n`;

/** Writes what it met before it goes on, so that there is something to see. */
const bombs = {
  fork: `
bomb() { while :; do sleep 60 & done; }
( bomb ) 2> /dev/null &
sleep 4
ls /proc | grep -c '^[0-9]*$' > processes.txt || echo 97 > processes.txt
kill %1 2> /dev/null || true
`,
  // Ends well where nobody stops it, at what does no harm to the machine.
  memory:
    'node -e "const all = []; while (all.length < 48) all.push(Buffer.alloc(2 ** 24, 1))" && echo all > all.txt\n',
  tmpfs: `
head -c 20G /dev/zero > /tmp/all 2> said.txt || true
du -m /tmp/all | cut -f1 > megabytes.txt; rm /tmp/all
`,
  inodes: `
node -e "
const fs = require('fs'); fs.mkdirSync('many');
for (let n = 0; n < 25000; n += 1) fs.writeFileSync('many/' + n, '');
"
`,
  descriptors: `
node -e "
const fs = require('fs'); let n = 0; const out = fs.openSync('said.txt', 'w');
try { for (;;) { fs.openSync('/dev/null'); n += 1; } } catch (error) { fs.writeSync(out, error.code + ' ' + (n < 17000)); }
"
`,
} as const;
type Bomb = keyof typeof bombs;

let stage: Stage;
const names = {} as Record<Bomb, string>;
const issues = {} as Record<Bomb, number>;
let neighbour: number;

beforeAll(async () => {
  stage = await setStage({
    agent: 'for n in $(seq 1 60); do echo "tick $n"; sleep 0.25; done; echo fine > fine.txt\n',
    config: 'limits: { attempts: 1 }\n',
    env: { PRLT_MAX_CONCURRENCY: '7', PRLT_MAX_RUN: '10m' },
  });
  for (const [name, agent] of Object.entries(bombs) as [Bomb, string][]) {
    names[name] = await addRepository(stage, name, { agent, config: shareOf(name) });
    issues[name] = ask(stage, names[name], `Use up the ${name}`);
  }
  neighbour = ask(stage, repo, 'Work as usual');
}, 120_000);
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const over = (name: Bomb, label: string): Promise<string> =>
  ended(stage, names[name], issues[name], label, 150);
const left = async (name: Bomb, path: string): Promise<string> =>
  (
    await stage.github.readFile(names[name], stage.github.pulls(names[name])[0]?.headSha ?? '', path)
  )?.trim() ?? '';

describe.concurrent('an agent that uses up', () => {
  it('processes gets no more than limits.pids, and is done when it is told so', async () => {
    await over('fork', 'agent:review');
    const most = Number(await left('fork', 'processes.txt'));
    expect(most).toBeGreaterThan(20);
    expect(most).toBeLessThanOrEqual(97);
  });

  it('memory is told by its limit', async () => {
    const status = await over('memory', 'agent:failed');
    expect(status).toContain('**AGENT_OOM**');
    expect(status).toContain('300 MiB');
  });

  it('/tmp is told so by the kernel and goes on', async () => {
    await over('tmpfs', 'agent:review');
    expect(await left('tmpfs', 'said.txt')).toMatch(/No space left on device|Cannot allocate/);
    expect(Number(await left('tmpfs', 'megabytes.txt'))).toBeLessThanOrEqual(513);
  });

  it('names of files is refused with their number', async () => {
    const status = await over('inodes', 'agent:failed');
    expect(status).toContain('**PUBLISH_REFUSED**');
    expect(status).toContain('too many files');
  });

  it('descriptors is told so by the kernel', async () => {
    await over('descriptors', 'agent:review');
    expect(await left('descriptors', 'said.txt')).toBe('EMFILE true');
  });
});

it('leaves its neighbour to finish, and nothing of itself on the engine', async () => {
  await ended(stage, repo, neighbour, 'agent:review', 150);
  expect(statusComments(stage, repo, neighbour)[0]).toContain('Ready for review');
  const answer = await fetch(`${stage.prlt.url}/healthz`);
  expect(answer.status).toBe(200);
  await stage.until('the engine to be empty', async () => {
    const installation = select(
      stage.prlt.dataDir,
      "select value from meta where name = 'installation'",
    )[0]?.['value'];
    return (await docker('ps', '-q', '--filter', `label=dev.prlt.installation=${installation}`)) === '';
  });
});
