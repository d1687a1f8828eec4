/** The doctor's findings as people read them: one line each, what to do below it. */
import type { Finding } from './finding.ts';

export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, state, says, todo }) => [
    `${state.padEnd(6)}  ${check.padEnd(width)}  ${says}`,
    ...(todo ? [`${' '.repeat(width + 10)}→ ${todo}`] : []),
  ]);
  const count = (state: Finding['state']) => findings.filter((each) => each.state === state).length;
  return `${lines.join('\n')}\n\n${count('ok')} ok, ${count('weak')} weak, ${count('broken')} broken\n`;
}
