/** What a look around in a repository's image says of it, in words that tell what to add. Pure. */
import type { Look } from './own-image.ts';

const mark = 'seen ';

/** Runs with the runner's node inside of the image; prints one line: the mark, and JSON. */
export const lookScript = `
const { readFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const works = (command, ...args) => spawnSync(command, args, { timeout: 20000 }).status === 0;
const filled = (path) => { try { return readFileSync(path).length > 1000; } catch { return false; } };
process.report.excludeNetwork = true;
console.log('${mark}' + JSON.stringify({
  glibc: process.report.getReport().header.glibcVersionRuntime ?? '',
  sh: works('sh', '-c', 'exit 0'),
  git: works('git', '--version'),
  certificates: [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/ssl/ca-bundle.pem',
    '/etc/ssl/cert.pem',
  ].some(filled),
}));
`;

interface Seen {
  glibc: string;
  sh: boolean;
  git: boolean;
  certificates: boolean;
}

const oldestGlibc = [2, 28] as const;

/** Undefined when a run can live in the image. */
export function verdictOn(image: string, look: Look): string | undefined {
  const seen = read(look.said);
  if (seen === undefined) return `The image ${image} cannot be used: ${loaderProblem(look)}`;
  if (isOlder(seen.glibc)) return tooOld(image, seen.glibc);
  const missing = [
    ...(seen.sh ? [] : [{ what: '`sh`', add: 'dash' }]),
    ...(seen.git ? [] : [{ what: '`git`', add: 'git' }]),
    ...(seen.certificates ? [] : [{ what: 'CA certificates', add: 'ca-certificates' }]),
  ];
  if (missing.length === 0) return undefined;
  const packages = missing.map(({ add }) => add).join(' ');
  return `The image ${image} lacks ${listed(missing.map(({ what }) => what))}. Add to it the packages \`${packages}\` (their names in Debian, Ubuntu and Fedora).`;
}

/** Why node itself did not run, from what the kernel or the loader said. */
function loaderProblem({ exitCode, said }: Look): string {
  const library = /loading shared libraries: ([\w.+-]+)/.exec(said)?.[1];
  if (library !== undefined) {
    const add = library.startsWith('libstdc++') ? ' (package `libstdc++6`, in Fedora `libstdc++`)' : '';
    return `it lacks the library ${library}${add}, which node needs.`;
  }
  if (/GLIBC_[\d.]+' not found/.test(said)) {
    return 'its glibc is too old; node and the agents need glibc 2.28 or later (Debian 10, Ubuntu 20.04, RHEL 8).';
  }
  if (/GLIBCXX_[\d.]+' not found/.test(said)) return 'its libstdc++ is too old for node; use a newer base.';
  if (/exec format error/i.test(said)) return "it is for another processor than this machine's.";
  if (exitCode === 127 || /no such file or directory/i.test(said)) {
    return 'it has no glibc. Images on musl, such as Alpine, do not do: node and the agents need glibc 2.28 or later (Debian, Ubuntu, Fedora).';
  }
  const last = said.trim().split('\n').at(-1)?.trim().slice(0, 300);
  return `node does not run in it (exit code ${exitCode}${last ? `: ${last}` : ''}).`;
}

function tooOld(image: string, glibc: string): string {
  return `The image ${image} has glibc ${glibc || 'of no version'}; node and the agents need 2.28 or later (Debian 10, Ubuntu 20.04, RHEL 8).`;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1]);
}

function read(said: string): Seen | undefined {
  for (const line of said.split('\n').reverse()) {
    if (!line.startsWith(mark)) continue;
    try {
      return JSON.parse(line.slice(mark.length)) as Seen;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function listed(parts: string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
