/** A file does one thing: sources end at 400 lines, tests at 600; what is past 200 is printed to be asked about. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesUnder, projectRoot } from './support/source-files.ts';

const endings = ['.ts', '.js', '.mjs'];
const lines = (path: string) => readFileSync(join(projectRoot, path), 'utf8').trimEnd().split('\n').length;
const measured = (paths: string[]) => paths.map((path) => ({ path, lines: lines(path) }));

const tests = filesUnder(['test'], endings).filter((path) => path.endsWith('.test.ts'));
const sources = [
  ...filesUnder(['src', 'runners', 'scripts', 'demo', 'migrations'], endings),
  ...filesUnder(['test'], endings).filter(
    (path) => !tests.includes(path) && !path.startsWith('test/fixtures/'),
  ),
];

const beyond = (paths: string[], most: number) =>
  measured(paths)
    .filter((file) => file.lines > most)
    .map((file) => `${file.path}: ${file.lines} lines`);

test('there is something to measure', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(tests.length).toBeGreaterThan(10);
});

test('no source is longer than 400 lines', () => {
  expect(beyond(sources, 400)).toEqual([]);
});

test('no test is longer than 600 lines', () => {
  expect(beyond(tests, 600)).toEqual([]);
});

test('sources past 200 lines are listed', ({ annotate }) => {
  const long = beyond(sources, 200);
  if (long.length > 0) process.stdout.write(`Past 200 lines, ask why:\n  ${long.join('\n  ')}\n`);
  return annotate(long.join(', ') || 'none');
});
