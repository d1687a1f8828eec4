/** The crash points as docs/reliability.md shows them; `node scripts/crash-points-table.ts` prints it. */
import { effectKinds } from '#src/core/effect.ts';
import { effectSteps, type Step, steps } from '#src/engine/crash-points.ts';

export function crashPointsTable(): string {
  const rows = Object.entries(steps).map(([step, after]) => `| ${namesOf(step as Step)} | ${after} |`);
  const effects = Object.entries(effectSteps).map(
    ([when, what]) => `| \`effect:<kind>:${when}\` | ${what} |`,
  );
  const kinds = effectKinds.map((kind) => `\`${kind}\``).join(', ');
  return `| point | after it |
|---|---|
${[...rows, ...effects].join('\n')}

Kinds of effects: ${kinds}.`;
}

function namesOf(step: Step): string {
  const names = step === 'launch' ? ['before', 'created', 'after'] : ['before', 'after'];
  return names.map((name) => `\`${step}:${name}\``).join(' ');
}

if (import.meta.main) process.stdout.write(`${crashPointsTable()}\n`);
