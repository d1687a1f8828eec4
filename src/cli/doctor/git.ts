/** The host's git, which handles what agents hand over, and the programs that bound it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { broken, type Finding, ok, weak } from './finding.ts';
import { isAtLeast, type Version, versionIn, written } from './version.ts';

/** prlt works from here on; alternates, bundles and `--literal-pathspecs` are older. */
const oldest: Version = [2, 30, 0];
/** First patch of each series with the fixes of July 2025 (CVE-2025-48384 and its siblings); newer series have them. */
const mended: readonly Version[] = [
  [2, 43, 7],
  [2, 44, 4],
  [2, 45, 4],
  [2, 46, 4],
  [2, 47, 3],
  [2, 48, 2],
  [2, 49, 1],
  [2, 50, 1],
];

/** @param said what `git --version` printed; undefined when there is no git */
export function judgeGit(said: string | undefined): Finding {
  const version = said === undefined ? undefined : versionIn(said);
  if (!version) return broken('git', 'There is no git.', 'Install git 2.50.1 or newer.');
  if (!isAtLeast(version, oldest)) {
    return broken('git', `git ${written(version)} is too old.`, 'Install git 2.50.1 or newer.');
  }
  const series = mended.find(([major, minor]) => major === version[0] && minor === version[1]);
  const good = series ? isAtLeast(version, series) : isAtLeast(version, [2, 51, 0]);
  if (good) return ok('git', `git ${written(version)}`);
  return weak(
    'git',
    `git ${written(version)} lacks fixes for files that run commands (CVE-2025-48384) unless your distribution added them.`,
    'Install git 2.50.1 or newer, or 2.43.7 and newer in its series.',
  );
}

/** prlt runs git on what agents wrote under these bounds; without them a hostile bundle may use more. */
export function judgeBounds(missing: readonly string[]): Finding {
  if (missing.length === 0) return ok('bounds', 'prlimit and setpriv bound what git may use');
  return weak(
    'bounds',
    `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing, so git reads what agents hand over without a bound on memory and time, or outlives prlt.`,
    'Install util-linux.',
  );
}

const run = promisify(execFile);

async function said(program: string): Promise<string | undefined> {
  return run(program, ['--version'], { timeout: 5_000 }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

export async function checkGit(): Promise<Finding[]> {
  const [git, ...bounds] = await Promise.all(['git', 'prlimit', 'setpriv'].map(said));
  const missing = ['prlimit', 'setpriv'].filter((_, index) => bounds[index] === undefined);
  return [judgeGit(git), judgeBounds(missing)];
}
