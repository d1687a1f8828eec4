/** The two numbers that `.ci/run` ends with. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../scripts/test-summary.ts');

function summary(report: object): string {
  const directory = mkdtempSync(join(tmpdir(), 'prlt-summary-'));
  try {
    const path = join(directory, 'report.json');
    writeFileSync(path, JSON.stringify(report));
    return execFileSync(process.execPath, [script, path], { encoding: 'utf8' }).trim();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('the summary of a test run', () => {
  const loaded = { status: 'passed', assertionResults: [{}, {}] };
  const broken = { status: 'failed', assertionResults: [] };

  it.each([
    ['all pass', { success: true, numPassedTests: 2, numFailedTests: 0, testResults: [loaded] }, '2 0'],
    ['one fails', { success: false, numPassedTests: 1, numFailedTests: 1, testResults: [loaded] }, '1 1'],
    [
      'a file cannot be loaded',
      { success: false, numPassedTests: 2, numFailedTests: 0, testResults: [loaded, broken] },
      '2 1',
    ],
    [
      'an error outside of the tests',
      { success: false, numPassedTests: 2, numFailedTests: 0, testResults: [loaded] },
      '2 1',
    ],
  ])('%s', (_name, report, expected) => {
    expect(summary(report)).toBe(expected);
  });
});
