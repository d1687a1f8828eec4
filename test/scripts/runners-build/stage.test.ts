/** What goes into a runner's image, and when that counts as the same. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contentHash } from '../../../scripts/runners-build/content-hash.ts';
import { type Stage, stageRunner } from '../../../scripts/runners-build/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await stageRunner(resolve('.'), 'command');
});
afterEach(() => stage.remove());

it('is enough for the agent to start, with nothing else around', () => {
  const started = execFileSync(process.execPath, [join(stage.directory, 'runners/command/agent.ts')], {
    input: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1}}\n',
    encoding: 'utf8',
  });
  expect(started).toContain('"prlt-command"');
  expect(existsSync(join(stage.directory, 'runners/shim/main.ts'))).toBe(true);
});

it('has the same name for the same content and base, and another for any other', async () => {
  const again = await stageRunner(resolve('.'), 'command');
  const name = contentHash(stage.directory, 'base');
  expect(contentHash(again.directory, 'base')).toBe(name);
  expect(contentHash(again.directory, 'other')).not.toBe(name);
  appendFileSync(join(again.directory, 'runners/shim/main.ts'), '\n');
  expect(contentHash(again.directory, 'base')).not.toBe(name);
  again.remove();
});
