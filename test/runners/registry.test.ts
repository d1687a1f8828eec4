/** Every runner is whole: a registered folder with notes, a Dockerfile, exact packages and a manifest that can be filled in. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageName } from '#runners/image-name.ts';
import { runners } from '#runners/registry.ts';
import { parseRepositoryConfig } from '#src/config/repository.ts';
import { projectRoot } from '#test/support/source-files.ts';

const folder = join(projectRoot, 'runners');
/** Parts of all runners, and no runner. */
const shared = ['shim', 'tools'];
const places = ['model', 'provider', 'node', 'runners', 'home', 'checkout', 'pipe'];
/** Keys as vendors write them; a flag such as `--ask-user` is none. */
const key =
  /\b(sk-[A-Za-z0-9]{16}|sk-(ant|proj|svcacct|or)-[\w-]{16}|gh[oprsu]_[A-Za-z0-9]{16}|github_pat_\w{16}|AIza[\w-]{16})/;
/** What masking can do (runners/shim/masks.ts): a file or folder below any folder. No globs, no way up, nothing of git's. */
const maskable = /^(?!(.*\/)?(\.{1,2}|\.git)(\/|$))[\w.-]+(\/[\w.-]+)*\/?$/;

it('has every folder registered, under its own name', () => {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !shared.includes(entry.name))
    .map(({ name }) => name);
  expect(runners.map(({ name }) => name).toSorted()).toEqual(folders.toSorted());
  expect(new Set(runners.map(({ image }) => image)).size).toBe(runners.length);
});

describe.each(runners.map((runner) => [runner.name, runner] as const))('%s', (name, runner) => {
  const read = (file: string): string => readFileSync(join(folder, name, file), 'utf8');
  const written = [...runner.argv, ...Object.values(runner.env), ...Object.values(runner.files)].join('\n');

  it('has notes, and a Dockerfile that builds on what it is given', () => {
    expect(read('notes.md').length).toBeGreaterThan(500);
    expect(read('Dockerfile')).toMatch(/^ARG BASE\nFROM \$\{BASE\}\n/m);
    expect(read('Dockerfile')).not.toMatch(/^(VOLUME|ENTRYPOINT|CMD)/m);
  });

  it('may be named in a repository', () => {
    expect(parseRepositoryConfig(`profiles: { coder: { runner: ${name} } }`)).toMatchObject({ ok: true });
  });

  it('pins its packages', () => {
    if (!existsSync(join(folder, name, 'package.json'))) return;
    const { dependencies, scripts } = JSON.parse(read('package.json')) as {
      dependencies: Record<string, string>;
      scripts?: unknown;
    };
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { version?: string; integrity?: string }>;
    };
    expect(scripts).toBeUndefined();
    for (const [dependency, version] of Object.entries(dependencies)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(packages[`node_modules/${dependency}`]?.version).toBe(version);
    }
    for (const [path, about] of Object.entries(packages)) {
      if (path !== '') expect(about.integrity, path).toMatch(/^sha512-/);
    }
  });

  it('leaves only known places open, and its files inside HOME', () => {
    const open = [...written.matchAll(/\{([a-z]+)\}/g)].map(([, place]) => place);
    expect(open.filter((place) => !places.includes(place ?? ''))).toEqual([]);
    for (const path of Object.keys(runner.files)) expect(path).toMatch(/^[^/](?!.*\.\.)/);
  });

  it('carries no key and sends no variable of prlt', () => {
    expect(written).not.toMatch(key);
    expect(Object.keys(runner.env).filter((variable) => variable.startsWith('PRLT_'))).toEqual([]);
  });

  it('calls models through the pipe alone, and says how it ends', () => {
    if (!runner.model) return;
    expect(written).toContain('{pipe}/models/{provider}');
    expect(written.replaceAll('{pipe}', '')).not.toMatch(/https?:\/\//);
    expect(runner.model.option !== undefined || written.includes('{model}')).toBe(true);
    expect(runner.outcomes.length).toBeGreaterThan(0);
    expect(runner.masks.length).toBeGreaterThan(0);
    for (const mask of runner.masks) expect(mask).toMatch(maskable);
  });

  it('has an image named by its sources', () => {
    expect(imageName(runner)).toMatch(new RegExp(`^${runner.image}:[0-9a-f]{16}$`));
  });
});

it('tells keys from flags', () => {
  const keys = [
    'sk-ant-api03-aB3dE5fG7hI9jK1lM3',
    'sk-aB3dE5fG7hI9jK1lM3',
    `ghp_${'a1'.repeat(18)}`,
    `AIza${'aB1'.repeat(12)}`,
  ];
  expect(keys.filter((one) => !key.test(one))).toEqual([]);
  const others = [
    '--no-ask-user',
    '--no-ask-user-for-anything-at-all',
    'added-by-the-gateway',
    'task-runnerwithalongname',
  ];
  expect(others.filter((one) => key.test(one))).toEqual([]);
});

it('takes masks of folders within folders, and none that masking cannot do', () => {
  const good = [
    '.claude/',
    '.mcp.json',
    '.github/hooks/',
    '.github/copilot-instructions.md',
    '.github/mcp/a.json',
  ];
  expect(good.filter((mask) => !maskable.test(mask))).toEqual([]);
  const bad = [
    '',
    '/',
    '/x',
    '../x',
    'a/../b',
    'a/./b',
    'a//b',
    '.git/',
    'a/.git/hooks',
    '*.md',
    'a b',
    '!x',
    '#x',
    'x//',
  ];
  expect(bad.filter((mask) => maskable.test(mask))).toEqual([]);
});
