/** What the words of git say about its server: a lasting no, one that may pass, or a bad hour. */
import { expect, test } from 'vitest';
import { GitError } from '#src/git/git-error.ts';
import { remoteFailure } from '#src/git/remote.ts';

const url = 'https://github.example/acme/widgets.git/';
const failing = (stderr: string) =>
  remoteFailure(new GitError({ command: 'fetch', failure: 'exit', exitCode: 128, stderr }));
const answered = (status: number) =>
  `fatal: unable to access '${url}': The requested URL returned error: ${status}`;

test.each([
  answered(403),
  answered(401),
  `remote: Invalid username or token.\nfatal: Authentication failed for '${url}'`,
  `remote: Permission to acme/widgets.git denied to prlt[bot].\n${answered(403)}`,
  `remote: Write access to repository not granted.\n${answered(403)}`,
])('a no that a new token may turn: %s', (words) => {
  expect(failing(words)).toMatchObject({ kind: 'denied', passing: true });
});

test.each([
  answered(404),
  `remote: Repository not found.\nfatal: repository '${url}' not found`,
  `fatal: could not read Username for 'https://github.example': terminal prompts disabled`,
])('a no that lasts: %s', (words) => {
  const failure = failing(words);
  expect(failure).toMatchObject({ kind: 'denied' });
  expect(failure).not.toHaveProperty('passing');
});

test.each([
  answered(429),
  answered(500),
  answered(503),
  `remote: You have exceeded a secondary rate limit.\n${answered(403)}`,
  `remote: API rate limit exceeded for installation ID 7.\n${answered(403)}`,
  `remote: You have triggered an abuse detection mechanism.\n${answered(403)}`,
])('a bad hour: %s', (words) => {
  expect(failing(words)).toMatchObject({ kind: 'unavailable' });
});
