/** The `.env` file: read under the environment, and written when the GitHub App was made. */
import { existsSync, readFileSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { parseEnv } from 'node:util';

type Environment = Record<string, string | undefined>;

/** The environment with what the file adds. What the environment sets is what holds; an empty value is not set. */
export function withEnvFile(path: string, env: Environment): Environment {
  if (!existsSync(path)) return env;
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  return { ...parseEnv(readFileSync(path, 'utf8')), ...Object.fromEntries(given) };
}

/** What the file sets and the environment does not; ask before the two are one. */
export function namesFromFile(path: string, env: Environment): Set<string> {
  if (!existsSync(path)) return new Set();
  return new Set(Object.keys(parseEnv(readFileSync(path, 'utf8'))).filter((name) => !env[name]));
}

/** Writes a probe beside the file and takes it away: rejects when the file could not be written later. */
export async function checkEnvFile(path: string): Promise<void> {
  const probe = `${path}.${process.pid}.probe`;
  const file = await open(probe, 'wx', 0o600);
  await file.close();
  await rm(probe);
}

/** Sets names in the file, all or none of them, and keeps its other lines; only its owner may read it afterwards. */
export async function writeEnvFile(path: string, values: Record<string, string>): Promise<void> {
  const before = existsSync(path) ? await readFile(path, 'utf8') : '';
  const next = `${path}.${process.pid}.new`;
  await rm(next, { force: true });
  const file = await open(next, 'wx', 0o600);
  try {
    await file.writeFile(setIn(before, values));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}

/** The text of the file with these names set; newlines in values become `\n`, as Node reads them in double quotes. */
export function setIn(text: string, values: Record<string, string>): string {
  const kept = withoutNames(text, new Set(Object.keys(values)));
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}`);
  const head = kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`;
  return `${head}${lines.join('\n')}\n`;
}

/** A value in double quotes may go over several lines, and all of them go. */
function withoutNames(text: string, names: ReadonlySet<string>): string {
  const assignment =
    /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`)?[^\n]*(?:\n|$)/gm;
  return text.replaceAll(assignment, (line, name: string) => (names.has(name) ? '' : line));
}

function quoted(value: string): string {
  const plain = value.replaceAll('\r', '').replaceAll('\n', '\\n');
  // Node's reader knows no escapes besides \n: the quote is one that the value does not have.
  const quote = ['"', "'", '`'].find((each) => !plain.includes(each)) ?? '"';
  return `${quote}${plain}${quote}`;
}
