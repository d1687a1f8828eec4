/** An engine with `userns-remap`, as docs/security.md recommends it: a run works as ever, and its root is nobody here. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import { ask, ended } from '#test/support/company.ts';
import { type OwnEngine, startOwnEngine } from '#test/support/engine.ts';
import { docker, runningContainer } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const machines = process.env['DOCKER_HOST'];
let engine: OwnEngine;
let stage: Stage;

beforeAll(async () => {
  engine = await startOwnEngine({ images: [imageName(command)], userNamespaces: true });
  process.env['DOCKER_HOST'] = engine.host;
  stage = await setStage({ agent: 'cat /proc/self/uid_map > map.txt; id -u >> map.txt; sleep 5\n' });
}, 120_000);
afterAll(async () => {
  await stage?.close();
  if (machines === undefined) delete process.env['DOCKER_HOST'];
  else process.env['DOCKER_HOST'] = machines;
  await engine?.close();
});

it('mirror, workspace and socket work, and the agent is a number that nobody has', async () => {
  const issue = ask(stage, repo, 'Who am I?');
  const { id } = await stage.until(
    'the container',
    () => runningContainer(stage.prlt.dataDir, `GH-${issue}`),
    60,
  );
  const pid = await docker('inspect', '-f', '{{.State.Pid}}', id);
  expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^Uid:\s+701000\s+701000/m);
  await ended(stage, repo, issue, 'agent:review', 60);
  const map = await stage.github.readFile(repo, stage.github.pulls(repo)[0]?.headSha ?? '', 'map.txt');
  expect(map?.trim().split(/\s+/)).toEqual(['0', '700000', '65536', '1000']);
});
