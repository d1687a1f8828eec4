/** What goes into the service's image, and that the compose file starts it as the image expects. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { imageName } from '#runners/image-name.ts';
import { runners } from '#runners/registry.ts';
import type { Stage } from '../../../scripts/runners-build/stage.ts';
import { productionPackages, stageService } from '../../../scripts/service-build/stage.ts';

const root = join(import.meta.dirname, '../../..');

let stage: Stage;
let images: string[];
beforeAll(() => {
  stage = stageService(root);
  images = runners.map((runner) => imageName(runner));
}, 60_000);
afterAll(() => stage.remove(), 60_000);

test('the packages are those that run, and not those that build', () => {
  const packages = productionPackages(root);
  for (const name of ['better-sqlite3', 'probot', 'hono', 'kysely', '@agentclientprotocol/sdk'])
    expect(packages).toContain(`node_modules/${name}`);
  for (const name of ['typescript', 'vitest', 'node', '@biomejs/biome', '@octokit/openapi'])
    expect(packages).not.toContain(`node_modules/${name}`);
});

test('the context has what the Dockerfile copies, and no secret, test or data', () => {
  const top = readdirSync(stage.directory);
  expect(top.sort()).toEqual([
    'Dockerfile',
    'app.yml',
    'bin',
    'migrations',
    'package-lock.json',
    'package.json',
    'packages',
    'runners',
    'scripts',
    'src',
  ]);
  const copied = [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm)];
  const named = copied.flatMap(([, names = '']) => names.split(' ')).filter((name) => !name.includes('*'));
  for (const name of named) expect(existsSync(join(stage.directory, name)), name).toBe(true);
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8');
  for (const name of named) expect(ignored).toContain(`!${name}\n`);
});

test("it names the runners' images as this checkout does", () => {
  const ask = `import { imageName } from './runners/image-name.ts'; import { runners } from './runners/registry.ts';
    console.log(JSON.stringify(runners.map(imageName)));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', ask], { cwd: stage.directory });
  expect(JSON.parse(String(said))).toEqual(images);
});

test('the compose file publishes on loopback only and mounts data and socket', () => {
  const { prlt } = parse(readFileSync(join(root, 'compose.yml'), 'utf8')).services;
  expect(prlt.ports).toEqual(['127.0.0.1:3000:3000']);
  expect(
    prlt.volumes.map(({ type, target }: { type: string; target: string }) => `${type} ${target}`),
  ).toEqual(['volume /data', 'bind /var/run/docker.sock']);
  expect(prlt.environment.PRLT_DATA_DIR).toBe('/data');
  expect(prlt).toMatchObject({ init: true, restart: 'unless-stopped', cap_drop: ['ALL'] });
  expect(prlt.group_add).toHaveLength(1);
});
