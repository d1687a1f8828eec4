/** What goes into the layers of a runner's image, and what an image is called. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command } from '#runners/command/manifest.ts';
import { hashOf, imageName, ownSources, shimSources } from '#runners/image-name.ts';
import { type Stage, stageBase, stageOwn, stageShim } from '../../../scripts/runners-build/stage.ts';

const root = resolve('.');
let base: Stage;
let own: Stage;
let shim: Stage;
beforeAll(async () => {
  base = await stageBase(root);
  own = await stageOwn(root, 'command');
  shim = stageShim(root);
});
afterAll(() => {
  for (const stage of [base, own, shim]) stage.remove();
});

it('is enough for the agent to start, with nothing else around', () => {
  // As the images' COPY lines lay it out below /opt/prlt.
  cpSync(own.directory, join(base.directory, 'runners/command'), { recursive: true });
  cpSync(join(shim.directory, 'runners'), join(base.directory, 'runners'), { recursive: true });
  const started = execFileSync(process.execPath, [join(base.directory, 'runners/command/agent.ts')], {
    input: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1}}\n',
    encoding: 'utf8',
  });
  expect(started).toContain('"prlt-command"');
  expect(existsSync(join(base.directory, 'runners/shim/main.ts'))).toBe(true);
});

it('has a Dockerfile per layer, and none of what only the host reads', () => {
  for (const { directory } of [base, own, shim]) expect(readdirSync(directory)).toContain('Dockerfile');
  expect(readdirSync(own.directory)).not.toContain('manifest.ts');
  expect(readdirSync(own.directory)).not.toContain('notes.md');
});

it('names an image by its sources alone, and each of them counts', () => {
  expect(imageName(command)).toMatch(/^prlt-runner-command:[0-9a-f]{16}$/);
  expect(imageName(command)).toBe(imageName(command));
  expect(imageName({ ...command, name: 'claude' })).not.toBe(imageName(command));
  expect(shimSources()).toContain('runners/shim/main.ts');
  expect(ownSources('claude')).toContain('runners/claude/package-lock.json');
  expect(ownSources('claude')).not.toContain('runners/claude/manifest.ts');
  const sources = ownSources('command');
  expect(hashOf(sources)).toBe(hashOf(sources.toReversed()));
  expect(hashOf(sources)).not.toBe(hashOf(sources.slice(1)));
  expect(hashOf(sources, 'a base')).not.toBe(hashOf(sources));
});
