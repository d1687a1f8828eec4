/** What an error of a GitHub call means: wait, gone, forbidden, refused, or not GitHub's at all. */
import { expect, test } from 'vitest';
import { githubFailure, statusOf } from '#src/github/failures.ts';
import { GitHubBusy } from '#src/github/governor.ts';

const status = (code: number, message = 'said so') => Object.assign(new Error(message), { status: code });
const coded = (code: string) => Object.assign(new Error(code), { code });
const named = (name: string) => Object.assign(new Error(name), { name });

const meanings: [string, unknown, string | undefined][] = [
  ['a pause', new GitHubBusy(5, 'wait'), 'later'],
  ['500', status(500), 'later'],
  ['502', status(502), 'later'],
  ['503', status(503), 'later'],
  ['408', status(408), 'later'],
  ['409', status(409), 'later'],
  ['401', status(401), 'later'],
  ['404', status(404), 'gone'],
  ['410', status(410), 'gone'],
  ['403', status(403), 'forbidden'],
  ['400', status(400), 'refused'],
  ['422', status(422), 'refused'],
  [
    'a permission that is not granted',
    status(422, 'The permissions requested are not granted to this installation.'),
    'forbidden',
  ],
  ['a reset connection', coded('ECONNRESET'), 'later'],
  ['a refused connection', coded('ECONNREFUSED'), 'later'],
  ['a name that is not found', coded('ENOTFOUND'), 'later'],
  ['a time-out of the connection', coded('ETIMEDOUT'), 'later'],
  ['a time-out of undici', coded('UND_ERR_HEADERS_TIMEOUT'), 'later'],
  ['a time-out of ours', named('TimeoutError'), 'later'],
  ['an abort', named('AbortError'), 'later'],
  ['fetch', new TypeError('fetch failed'), 'later'],
  ['a fault of ours', new TypeError('x is not a function'), undefined],
  ['a file of ours that is not there', coded('ENOENT'), undefined],
  ['a file of ours that may not be read', coded('EACCES'), undefined],
  ['a database of ours', coded('SQLITE_CONSTRAINT'), undefined],
  ['something thrown that is no error', 'oops', undefined],
];
test.each(meanings)('%s', (_, error, kind) => {
  expect(githubFailure(error)?.kind).toBe(kind);
});

test('a pause says when it is over', () => {
  expect(githubFailure(new GitHubBusy(77, 'wait'))).toEqual({ kind: 'later', at: 77, reason: 'wait' });
});

test('the reason has the status and the first line only', () => {
  expect(githubFailure(status(422, 'Validation Failed\n at secret stack'))).toEqual({
    kind: 'refused',
    reason: 'GitHub answered 422: Validation Failed',
  });
});

test('a status is a number on an error', () => {
  expect([
    statusOf(status(404)),
    statusOf(new Error('x')),
    statusOf({ status: 404 }),
    statusOf(Object.assign(new Error('x'), { status: '404' })),
  ]).toEqual([404, undefined, undefined, undefined]);
});
