/** npm, pip and Maven of this machine for containers whose image has neither: what to mount, and how they are called there. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Managers {
  /** `-v` arguments of docker. */
  mounts: string[];
  npm: string[];
  pip: string[];
  python: string;
}

/** Throws a sentence with what to install. */
export function packageManagers(): Managers {
  const cli = [process.env['npm_execpath'], onPath('npm')].find((path) => path?.endsWith('npm-cli.js'));
  if (!cli) throw new Error('This test needs npm on the PATH of the machine.');
  const python = pythonOf();
  const mounts = [`${dirname(dirname(cli))}:/opt/npm`, ...python.mounts];
  return {
    mounts: mounts.flatMap((mount) => ['-v', `${mount}:ro`]),
    npm: ['node', '/opt/npm/bin/npm-cli.js'],
    pip: [python.program, '-m', 'pip'],
    python: python.program,
  };
}

/** Maven and a JVM, at the paths that they have here. Throws a sentence with what to install. */
export function maven(): { mounts: string[]; mvn: string; env: Record<string, string> } {
  const [mvn, java] = [onPath('mvn'), onPath('java')];
  if (!mvn || !java) throw new Error('This test needs Maven on the machine: `apt-get install maven`.');
  const javaHome = dirname(dirname(java));
  // Debian's are full of links to elsewhere.
  const debian = [
    '/etc/maven',
    '/usr/share/java',
    `/etc/java-${/\d+/.exec(basename(javaHome))?.[0]}-openjdk`,
  ];
  const paths = [dirname(dirname(mvn)), javaHome, ...debian.filter((path) => existsSync(path))];
  return {
    mounts: paths.flatMap((path) => ['-v', `${path}:${path}:ro`]),
    mvn: `${mvn} --batch-mode --no-transfer-progress`,
    env: { JAVA_HOME: javaHome },
  };
}

function onPath(program: string): string | undefined {
  const found = (process.env['PATH'] ?? '').split(':').map((dir) => join(dir, program));
  const path = found.find((one) => existsSync(one));
  return path && realpathSync(path);
}

/** A Python with pip and everything it loads: a prefix of its own, or the parts of Debian's. */
function pythonOf(): { program: string; mounts: string[] } {
  const script = 'import pip, sys; print(sys.executable); print(sys.base_prefix)';
  for (const name of ['python3', '/usr/bin/python3']) {
    try {
      const told = execFileSync(name, ['-c', script], { encoding: 'utf8', stdio: 'pipe' });
      const [program = '', prefix = ''] = told.trim().split('\n');
      // Elsewhere, since a home directory is closed to the user of the container.
      if (prefix !== '/usr') {
        const moved = realpathSync(program).replace(prefix, '/opt/python');
        return {
          program: `env PYTHONHOME=/opt/python LD_LIBRARY_PATH=/opt/python/lib ${moved}`,
          mounts: [`${prefix}:/opt/python`],
        };
      }
      const real = realpathSync(program);
      const libraries = readdirSync('/usr/lib').filter((one) => /^python3/.test(one));
      const paths = [real, ...libraries.map((one) => join('/usr/lib', one))];
      return { program: real, mounts: paths.map((path) => `${path}:${path}`) };
    } catch {}
  }
  throw new Error('This test needs Python with pip on the machine: `apt-get install python3-pip`.');
}
