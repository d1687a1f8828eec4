/** Reads Vitest's JSON report and prints `<passed> <failed>`; a file that could not even be loaded counts as one failed. */
import { readFileSync } from 'node:fs';

interface Report {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

const [path = ''] = process.argv.slice(2);
const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
const unloaded = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
).length;
const failed = report.numFailedTests + unloaded;
// An error outside of any test fails the run as well.
console.log(`${report.numPassedTests} ${report.success ? failed : Math.max(failed, 1)}`);
