/** What is said of an image that was looked at; own-image.test.ts has the ones that can be built. */
import { expect, test } from 'vitest';
import { verdictOn } from '#src/runtimes/docker/own-image-verdict.ts';

const whole = { glibc: '2.36', sh: true, git: true, certificates: true };
const seen = (over: Partial<typeof whole> = {}) => ({
  exitCode: 0,
  said: `a warning of node\r\nseen ${JSON.stringify({ ...whole, ...over })}\r\n`,
});

test.each(['2.28', '2.31', '2.100', '3.0'])('glibc %s does', (glibc) => {
  expect(verdictOn('dev:1', seen({ glibc }))).toBeUndefined();
});

test.each([
  ['2.27', '2.27'],
  ['2.17', '2.17'],
  ['2.3.4', '2.3.4'],
  ['1.99', '1.99'],
  ['', 'of no version'],
])('glibc %j is too old', (glibc, words) => {
  expect(verdictOn('dev:1', seen({ glibc, git: false }))).toBe(
    `The image dev:1 has glibc ${words}; node and the agents need 2.28 or later (Debian 10, Ubuntu 20.04, RHEL 8).`,
  );
});

test.each<[Partial<typeof whole>, string, string]>([
  [{ certificates: false }, 'CA certificates', 'ca-certificates'],
  [{ git: false }, '`git`', 'git'],
  [{ sh: false }, '`sh`', 'dash'],
  [{ git: false, certificates: false }, '`git` and CA certificates', 'git ca-certificates'],
  [
    { sh: false, git: false, certificates: false },
    '`sh`, `git` and CA certificates',
    'dash git ca-certificates',
  ],
])('%j', (over, what, packages) => {
  expect(verdictOn('dev:1', seen(over))).toBe(
    `The image dev:1 lacks ${what}. Add to it the packages \`${packages}\` (their names in Debian, Ubuntu and Fedora).`,
  );
});

const old =
  'its glibc is too old; node and the agents need glibc 2.28 or later (Debian 10, Ubuntu 20.04, RHEL 8).';
const loader = '/opt/prlt/node/bin/node: /lib/x86_64-linux-gnu/';

/** Node did not run, so there is only what the kernel or the loader said. */
test.each([
  [1, `${loader}libc.so.6: version \`GLIBC_2.28' not found (required by /opt/prlt/node/bin/node)`, old],
  // As Debian 9 has it: both, one after the other.
  [
    1,
    `${loader}libstdc++.so.6: version \`GLIBCXX_3.4.25' not found\n${loader}libc.so.6: version \`GLIBC_2.28' not found`,
    old,
  ],
  [1, `${loader}libm.so.6: version \`GLIBC_2.27' not found (required by /opt/prlt/node/bin/node)`, old],
  [
    1,
    `${loader}libstdc++.so.6: version \`GLIBCXX_3.4.25' not found (required by /opt/prlt/node/bin/node)`,
    'its libstdc++ is too old for node; use a newer base.',
  ],
  [
    127,
    'node: error while loading shared libraries: libstdc++.so.6: cannot open shared object file',
    'it lacks the library libstdc++.so.6 (package `libstdc++6`, in Fedora `libstdc++`), which node needs.',
  ],
  [
    127,
    'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file',
    'it lacks the library libatomic.so.1, which node needs.',
  ],
  [1, 'exec /opt/prlt/node/bin/node: exec format error', "it is for another processor than this machine's."],
  [
    127,
    'exec /opt/prlt/node/bin/node: no such file or directory',
    'it has no glibc. Images on musl, such as Alpine, do not do: node and the agents need glibc 2.28 or later (Debian, Ubuntu, Fedora).',
  ],
  [134, 'first\nFatal: out of memory\n', 'node does not run in it (exit code 134: Fatal: out of memory).'],
  [139, '', 'node does not run in it (exit code 139).'],
  [1, 'seen {"glibc":', 'node does not run in it (exit code 1: seen {"glibc":).'],
])('exit code %i: %s', (exitCode, said, why) => {
  expect(verdictOn('dev:1', { exitCode, said })).toBe(`The image dev:1 cannot be used: ${why}`);
});
