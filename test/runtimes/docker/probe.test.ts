/** The probe finds nothing to say about an engine that works, and one sentence with what to do otherwise. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { expect, onTestFinished, test } from 'vitest';
import { probeSentences } from '#src/runtimes/docker/probe-verdict.ts';
import { scratchDocker } from './scratch.ts';

const ofInstallation = (installation: string) => ({ label: [`dev.prlt.installation=${installation}`] });

test('an engine that works: nothing to say, nothing left behind', async () => {
  const { docker, runtime, installation, probeDir } = await scratchDocker();
  expect(await Promise.all([runtime.probe(), runtime.probe()])).toEqual([[], []]);
  expect(await runtime.probe()).toEqual([]);
  const filters = ofInstallation(installation);
  expect(await docker.listContainers({ all: true, filters })).toEqual([]);
  expect((await docker.listVolumes({ filters })).Volumes ?? []).toEqual([]);
  expect(await readdir(probeDir)).toEqual([]);
});

test('no engine, no image', async () => {
  const gone = await scratchDocker({ docker: new Docker({ socketPath: '/tmp/no-such-engine.sock' }) });
  expect(await gone.runtime.probe()).toEqual([
    expect.stringMatching(/No Docker engine answers\. Install and start/),
  ]);
  const bare = await scratchDocker({ probeImage: 'prlt-no-such:latest' });
  expect(await bare.runtime.probe()).toEqual([
    expect.stringMatching(/prlt-no-such:latest is not on this engine/),
  ]);
});

test('a path that the engine knows as something else: neither the mirror nor the socket is found', async () => {
  const other = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  onTestFinished(() => rm(other, { recursive: true }));
  const { runtime } = await scratchDocker({ hostPath: async () => other });
  const said = await runtime.probe();
  expect(said).toEqual([expect.stringMatching(/could not read/), expect.stringMatching(/could not talk/)]);
  expect(said[0]).toContain('PRLT_DATA_DIR');
});

test.each([
  [0, 'nonce', []],
  [0, 'other', [/could not read/]],
  [8, 'nothing', [/could not talk/]],
  [16, 'nonce', [/reached something all the same/]],
  [32, 'nonce', [/in img \/work must belong to uid 1000/]],
  [64, 'nonce', [/could write where it must not/]],
  [1, 'nothing', [/ended with code 1/]],
  [137, 'nothing', [/ended with code 137/]],
] as const)('exit code %i with %s heard', (code, heard, sentences) => {
  expect(probeSentences(code, heard, 'img')).toEqual(
    sentences.map((pattern) => expect.stringMatching(pattern)),
  );
});
