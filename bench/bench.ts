/**
 * `npm run bench [-- --quick] [-- --only intake,runs,agents,board,gateway]`: measures prlt against bare baselines, prints a table and
 * writes `bench/results.json`. Ends with 0 whether or not the bars hold (on a busy machine they say little), with 1
 * when something could not be measured.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAgents } from './agents/agents.ts';
import { measureBoard } from './board/board.ts';
import type { Figure } from './figure.ts';
import { measureGateway } from './gateway/gateway.ts';
import { measureIntake } from './intake/intake.ts';
import { asJson, asTable } from './report.ts';
import { measureRuns } from './runs/runs.ts';

const parts: Record<string, (quick: boolean) => Promise<Figure[]>> = {
  intake: measureIntake,
  runs: measureRuns,
  agents: measureAgents,
  board: measureBoard,
  gateway: measureGateway,
};

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const wanted = values.only?.split(',') ?? Object.keys(parts);
const began = performance.now();
const [loadBefore = 0] = loadavg();

const figures: Figure[] = [];
for (const name of wanted) {
  const measure = parts[name];
  if (!measure) throw new Error(`There is no part "${name}"; there are ${Object.keys(parts).join(', ')}.`);
  process.stderr.write(`measuring ${name}\n`);
  try {
    figures.push(...(await measure(values.quick)));
  } catch (error) {
    // What the other parts measured is still worth telling.
    process.exitCode = 1;
    process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack : error}\n`);
  }
}

const conditions = {
  date: new Date().toISOString(),
  node: process.version,
  cpus: availableParallelism(),
  quick: values.quick,
  load: [loadBefore, loadavg()[0] ?? 0] as [number, number],
  seconds: Math.round((performance.now() - began) / 1000),
};
writeFileSync(join(import.meta.dirname, 'results.json'), `${asJson(figures, conditions)}\n`);
process.stdout.write(`${asTable(figures)}\n\n`);
process.stdout.write(
  `${conditions.cpus} CPUs, Node ${conditions.node}, load ${conditions.load.map((load) => load.toFixed(1)).join(' → ')}, ${conditions.seconds} s; bench/results.json has all of it\n`,
);
process.exit();
