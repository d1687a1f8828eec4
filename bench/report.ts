/** The bench's results as a table for people and as JSON for machines. */
import { type Figure, holds, ratioOf } from './figure.ts';

export interface Conditions {
  date: string;
  node: string;
  cpus: number;
  quick: boolean;
  /** One-minute load average at the beginning and the end: other work on the machine is in every figure. */
  load: [number, number];
  seconds: number;
}

export function asTable(figures: Figure[]): string {
  const rows = figures.map((figure) => [
    figure.id,
    figure.what,
    `${short(figure.ours)} ${figure.unit}`,
    figure.bare === undefined ? '-' : `${short(figure.bare)} ${figure.unit}`,
    ratioOf(figure)?.toFixed(2) ?? '-',
    figure.bar?.said ?? '-',
    { true: 'yes', false: 'NO', undefined: '' }[String(holds(figure)) as 'true' | 'false' | 'undefined'],
  ]);
  const all = [['', 'what', 'prlt', 'bare', 'ratio', 'bar', 'holds'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const parts = figures
    .filter((figure) => figure.parts)
    .map(({ id, what, parts }) => {
      const lines = Object.entries(parts ?? {}).map(([name, value]) => `  ${name}: ${short(value)}`);
      return [`${id} ${what}`, ...lines].join('\n');
    });
  return [...all.map(line), '', ...parts].join('\n');
}

export function asJson(figures: Figure[], conditions: Conditions): string {
  const told = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), holds: holds(figure) }));
  return JSON.stringify({ conditions, figures: told }, null, 2);
}

function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toFixed(2)));
}
