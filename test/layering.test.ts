/** Who may import whom (DESIGN §3), read from the sources. A rule that is broken names file, import and reason. */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesUnder, projectRoot } from './support/source-files.ts';

interface Import {
  /** Path from the root for our own files, else the name of a package or a `node:` module. */
  target: string;
  typeOnly: boolean;
}

const edges = [
  'http',
  'webhooks',
  'github',
  'boards',
  'git',
  'runtimes',
  'gateway',
  'web',
  'store',
  'config',
];
/** Composition roots; the commands of `prlt` that look after the machine are roots of their own. */
const seeEverything = ['app.ts', 'service.ts', 'wiring.ts', 'setup.ts', 'main.ts', 'cli'];
/** Small contracts that any layer of the host may import. */
const contracts = [
  'runners/shim/protocol.ts',
  'runners/manifest.ts',
  'runners/tools/definitions.ts',
  'src/gateway/desk.ts',
  'src/runtimes/runtime.ts',
  'src/boards/board.ts',
];
/** Read the table of runners, which is data: which names a repository may give, which paths steer an agent. */
const readRunners = ['config', 'git'];
/** Packages that compute and nothing else. */
const pure = /^(unified|fastest-levenshtein|remark-.+|mdast-util-.+|micromark.*|mdast|unist)$/;

/** All imports and re-exports of a source text, dynamic ones with a fixed name included. */
function importsOf(path: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  const statics = /^\s*(?:import|export)\s+(type\s)?\s*(?:([^'";]*?)\sfrom\s*)?['"]([^'"]+)['"]/gm;
  for (const [, type, names = '', from = ''] of code.matchAll(statics)) {
    const each = /^\{([\s\S]*)\}$/
      .exec(names.trim())?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const allTypes = each !== undefined && each.length > 0 && each.every((name) => name.startsWith('type '));
    found.push({ target: resolve(path, from), typeOnly: type !== undefined || allTypes });
  }
  for (const [, from = ''] of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ target: resolve(path, from), typeOnly: false });
  }
  return found;
}

function resolve(path: string, from: string): string {
  if (from.startsWith('#')) return from.slice(1);
  return from.startsWith('.') ? posix.join(posix.dirname(path), from) : from;
}

/** Why a file may not import this; undefined when it may. */
function objection(path: string, { target, typeOnly }: Import): string | undefined {
  const [top, layer = ''] = path.split('/');
  if (target.startsWith('test/')) return 'nothing imports tests';
  if (top === 'runners') return runnersObjection(path, target);
  if (layer === 'engine' || seeEverything.includes(layer)) return undefined;
  if (layer === 'core') {
    if (isOurs(target)) return target.startsWith('src/core/') ? undefined : 'core imports nothing but core';
    return pure.test(target) ? undefined : 'core computes: no I/O, no clock, no randomness';
  }
  if (!isOurs(target)) {
    return layer === 'messages' && !pure.test(target) ? 'messages are pure functions' : undefined;
  }
  const other = target.split('/')[1] ?? '';
  if (target.startsWith('src/core/') || target.startsWith(`src/${layer}/`)) return undefined;
  if (layer === 'messages') return 'messages import only core';
  if (layer === 'commands') return 'commands import only core; readers and intake are passed in';
  if (contracts.includes(target)) return undefined;
  if (readRunners.includes(layer) && target === 'runners/registry.ts') return undefined;
  if (path.startsWith('src/boards/github/') && other === 'github') return undefined;
  if (layer === 'http' && target === 'src/store/inbox.ts')
    return typeOnly ? undefined : 'http may know the inbox by type only';
  if (edges.includes(layer) && edges.includes(other) && target.startsWith('src/'))
    return 'edges never import each other';
  if (edges.includes(layer)) return 'an edge imports core and contracts only';
  return layer === 'cli' ? 'the CLI is a thin client' : 'this folder has no rule in test/layering.test.ts';
}

/** Runners go into images of their own: nothing of the host is there. */
function runnersObjection(path: string, target: string): string | undefined {
  if (target.startsWith('src/')) return 'runners know nothing of the host';
  if (path.startsWith('runners/shim/') && isOurs(target) && !target.startsWith('runners/shim/')) {
    return 'the shim knows no runner';
  }
  return undefined;
}

function isOurs(target: string): boolean {
  return /^(src|runners|test|demo|scripts|migrations)\//.test(target);
}

function objections(path: string, text: string): string[] {
  return importsOf(path, text).flatMap((one) => {
    const reason = objection(path, one);
    return reason === undefined ? [] : [`${path} imports ${one.target}: ${reason}`];
  });
}

const files = filesUnder(['src', 'runners']).map((path) => ({
  path,
  text: readFileSync(join(projectRoot, path), 'utf8'),
}));

test('every import of every file is one that its layer may have', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap(({ path, text }) => objections(path, text))).toEqual([]);
});

test('imports of our own end in .ts and name a file that is there', () => {
  const known = new Set(
    filesUnder(['src', 'runners', 'migrations', 'demo', 'scripts'], ['.ts', '.js', '.json']),
  );
  const lost = files.flatMap(({ path, text }) =>
    importsOf(path, text)
      .filter(({ target }) => isOurs(target) && !known.has(target))
      .map(({ target }) => `${path} imports ${target}`),
  );
  expect(lost).toEqual([]);
});

test('core asks neither the clock nor chance nor the environment', () => {
  const asks =
    /\b(Date\.now|new Date\(\)|Math\.random|performance\.|process\.|setTimeout|setInterval|fetch\(|crypto\.|console\.)/;
  const guilty = files
    .filter(({ path }) => path.startsWith('src/core/'))
    .filter(({ text }) => asks.test(text.replace(/\/\*[\s\S]*?\*\//g, '')));
  expect(guilty.map(({ path }) => path)).toEqual([]);
});

describe('the rules themselves', () => {
  const cases: [string, string, boolean][] = [
    ['src/core/a.ts', "import { b } from './b.ts';", true],
    ['src/core/a.ts', "import { readFile } from 'node:fs/promises';", false],
    ['src/core/a.ts', "import { ulid } from 'ulid';", false],
    ['src/core/a.ts', "import remarkParse from 'remark-parse';", true],
    ['src/core/a.ts', "import type { Assignment } from '#runners/shim/protocol.ts';", false],
    ['src/core/a.ts', "import type { Db } from '../store/open.ts';", false],
    ['src/core/a.ts', "export { x } from '../git/x.ts';", false],
    ['src/core/a.ts', "const x = await import('../git/x.ts');", false],
    ['src/core/a.ts', "// import { x } from '../git/x.ts';", true],
    ['src/core/a.ts', "import {\n  type A,\n  b,\n} from '#src/engine/context.ts';", false],
    ['src/messages/a.ts', "import { s } from '#src/core/status.ts';", true],
    ['src/messages/a.ts', "import { s } from '../config/settings.ts';", false],
    ['src/messages/a.ts', "import { s } from 'pino';", false],
    ['src/commands/a.ts', "import { s } from '../core/status.ts';", true],
    ['src/commands/a.ts', "import { s } from '../engine/intake.ts';", false],
    ['src/commands/a.ts', "import type { Board } from '../boards/board.ts';", false],
    ['src/http/a.ts', "import type { Inbox } from '../store/inbox.ts';", true],
    ['src/http/a.ts', "import { type Inbox } from '../store/inbox.ts';", true],
    ['src/http/a.ts', "import { openInbox } from '../store/inbox.ts';", false],
    ['src/http/a.ts', "import { openInbox, type Inbox } from '../store/inbox.ts';", false],
    ['src/http/a.ts', "import type { Db } from '../store/open.ts';", false],
    ['src/git/a.ts', "import { x } from '../github/tokens.ts';", false],
    ['src/git/a.ts', "import { x } from '#src/gateway/gateway.ts';", false],
    ['src/git/a.ts', "import { x } from '../engine/context.ts';", false],
    ['src/git/a.ts', "import type { RunDesk } from '../gateway/desk.ts';", true],
    ['src/boards/github/a.ts', "import { x } from '#src/github/client.ts';", true],
    ['src/boards/linear/a.ts', "import { x } from '#src/github/client.ts';", false],
    ['src/runtimes/docker/a.ts', "import type { A } from '#runners/manifest.ts';", true],
    ['src/runtimes/docker/a.ts', "import { r } from '#runners/registry.ts';", false],
    ['src/config/a.ts', "import { r } from '#runners/registry.ts';", true],
    ['src/config/a.ts', "import { c } from '#runners/claude/manifest.ts';", false],
    ['src/engine/a.ts', "import { x } from '../git/x.ts';", true],
    ['src/service.ts', "import { x } from './git/x.ts';", true],
    ['src/engine/a.ts', "import { x } from '#test/support/builders.ts';", false],
    ['src/elsewhere/a.ts', "import { x } from '../git/x.ts';", false],
    ['runners/shim/a.ts', "import { x } from './x.ts';", true],
    ['runners/shim/a.ts', "import type { X } from '#src/core/item.ts';", false],
    ['runners/shim/a.ts', "import { x } from '../command/x.ts';", false],
    ['runners/command/a.ts', "import { x } from '../shim/x.ts';", true],
    ['runners/command/a.ts', "import { x } from '../../src/core/key.ts';", false],
  ];
  test.each(cases)('%s: %s is fine: %s', (path, text, fine) => {
    expect(objections(path, text).length === 0).toBe(fine);
  });
});
