/**
 * `npm run test:soak`: many short runs with every ending, over several repositories and installations, after which
 * nothing may be left over. `-- --runs <n>` (200), `--docker`, `--seed <n>`, `--at-once <n>` (8).
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Item } from '#src/core/item.ts';
import { leftovers, unsettled } from '#test/crash/oracle.ts';
import { startLocalGitHub } from '#test/support/github/local-github.ts';
import { select } from '#test/support/machine.ts';
import { startPrlt } from '#test/support/prlt.ts';
import { generator } from '#test/support/random.ts';
import { untilIn } from '#test/support/scenario.ts';
import { agent, bringAbout, config, type Ending, endings, keeps } from './endings.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    docker: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    'at-once': { type: 'string', default: '8' },
  },
});
const runtime = values.docker ? 'docker' : 'host';
const runs = Number(values.runs);
const say = (line: string) => process.stdout.write(`${line}\n`);
const git = promisify(execFile);
const repositories = ['one', 'two', 'three', 'four', 'five'].map((owner) => `${owner}/widgets`);

say(`${runs} runs, runtime ${runtime}, seed ${values.seed}`);
const begun = Date.now();
const github = await startLocalGitHub();
for (const repo of repositories) {
  const [owner = '', name = ''] = repo.split('/');
  const files = {
    'README.md': '# Widgets\n',
    '.github/prlt.yml': `profiles:\n  coder:\n    runner: command\n    command: [sh, agent.sh]\n${config}`,
    'agent.sh': agent,
  };
  await github.createRepository({ owner, name, files });
  github.grant(repo, 'alice', 'write');
}
const prlt = await startPrlt({ github, runtime, env: { PRLT_MAX_CONCURRENCY: '6', LOG_LEVEL: 'info' } });
const memoryAtStart = memory();

const random = generator(Number(values.seed));
const plan = Array.from({ length: runs }, (_, index) => ({
  ending: endings[Math.floor(random() * endings.length)] as Ending,
  repo: repositories[index % repositories.length] as string,
}));
const count = Object.fromEntries(endings.map((one) => [one, 0])) as Record<Ending, number>;
const mayKeep = new Set<string>();
const problems: string[] = [];
const queue = [...plan];
await Promise.all(Array.from({ length: Number(values['at-once']) }, work));

let open: string[] = [];
let left: string[] = [];
const clean = async () => {
  open = unsettled(prlt.dataDir);
  left = await leftovers(prlt.dataDir, runtime);
  return open.length + left.length === 0;
};
await untilIn('a clean end', clean, 120, () => '').catch(() => undefined);
const refs = (await Promise.all(repositories.map(keptRefs))).flat();
problems.push(...refs.filter((ref) => !mayKeep.has(ref)).map((ref) => `kept without a reason: ${ref}`));
const { changed, unchanged, silent } = worked();
problems.push(...changed.filter((one) => !refs.includes(one)).map((one) => `work not kept: ${one}`));
problems.push(...[...open, ...left].map((one) => `left over: ${one}`));
problems.push(...github.contractViolations.map((one) => `contract: ${JSON.stringify(one).slice(0, 300)}`));
const scalar = (sql: string) => Number(Object.values(select(prlt.dataDir, sql)[0] ?? {})[0]);
const starts = scalar('select count(*) from runs');

say('\n| what | figure |\n|---|---|');
for (const [ending, times] of Object.entries(count)) say(`| ${ending} | ${times} |`);
say(`| containers or processes, volumes or workspaces, sockets, hand-overs left | ${left.length} |`);
say(`| open effects, events, deliveries | ${open.length} |`);
say(`| kept refs of failed, stopped, withdrawn | ${refs.length} of ${changed.length} with work |`);
say(`| others of them: ended before the agent had written anything | ${unchanged.length} |`);
say(`| others of them: ended without a last word, or before there was a run | ${silent.length} |`);
say(`| runs in the database | ${starts} |`);
say(`| database | ${Math.round(statSync(join(prlt.dataDir, 'prlt.db')).size / 1024)} KiB |`);
say(`| memory of the service, at the start and at the end | ${memoryAtStart} MiB, ${memory()} MiB |`);
say(`| open files of the service | ${openFiles()} |`);
const errors = prlt
  .log()
  .split('\n')
  .filter((line) => line.includes('"level":50'));
say(`| errors in its log | ${errors.length} |`);
say(`| time | ${Math.round((Date.now() - begun) / 1000)} s |`);
for (const line of errors) say(line.slice(0, 1_000));
for (const problem of problems) say(`! ${problem}`);
await prlt.close();
await github.close();
process.exit(problems.length > 0 ? 1 : 0);

async function work(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { ending, repo } = next;
    const alice = github.as('alice');
    const { number } = alice.openIssue(repo, {
      title: `Make it ${ending}`,
      body: `Please, ending-${ending}.`,
    });
    if (keeps.has(ending)) mayKeep.add(`${repo} GH-${number}`);
    alice.label(repo, number, 'agent:ready');
    const until = <T>(what: string, question: () => T | Promise<T>) => untilIn(what, question, 180, () => '');
    try {
      await bringAbout(ending, { github, repo, issue: number, until });
      count[ending] += 1;
    } catch (error) {
      problems.push(`${repo}#${number} was to be ${ending}: ${String(error).trim()}`);
    }
    const over = Object.values(count).reduce((sum, each) => sum + each, 0);
    if (over % 20 === 0) say(`${over} after ${Math.round((Date.now() - begun) / 1000)} s`);
  }
}

/** Items whose work is kept, by what their run said last: that it changed something, that it did not, nothing. */
function worked(): Record<'changed' | 'unchanged' | 'silent', string[]> {
  const items = select(prlt.dataDir, 'select facts from items').map(
    ({ facts }) => JSON.parse(String(facts)) as Item,
  );
  const ended = items
    .map(({ repo, key, run }) => ({ name: `${repo.owner}/${repo.name} ${key}`, run }))
    .filter(({ name }) => mayKeep.has(name));
  const names = (changed: boolean | undefined) =>
    ended.filter(({ run }) => run?.verdict?.changed === changed).map(({ name }) => name);
  return { changed: names(true), unchanged: names(false), silent: names(undefined) };
}

/** `owner/name KEY` of each kept ref. */
async function keptRefs(repo: string): Promise<string[]> {
  const args = ['-C', github.git(repo), 'for-each-ref', '--format=%(refname)', 'refs/prlt/'];
  const { stdout } = await git('git', args);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((ref) => `${repo} ${ref.split('/')[2]}`);
}

/** MiB that the service has resident. */
function memory(): number {
  const pid = servicePid();
  const found = pid && /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return found ? Math.round(Number(found[1]) / 1024) : 0;
}

function openFiles(): number {
  const pid = servicePid();
  return pid ? readdirSync(`/proc/${pid}/fd`).length : 0;
}

/** The child of this process that runs the service. */
function servicePid(): string | undefined {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('src/main.ts'));
}
