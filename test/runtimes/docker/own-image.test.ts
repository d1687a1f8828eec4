/** A repository's own image: what it has to have, the volume with the runner's parts, the workspace's owner. */
import { expect, test } from 'vitest';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import { fillerName, runnerVolumeName, versionOf } from '#src/runtimes/docker/names.ts';
import { docker } from '#test/support/machine.ts';
import { emptyImage, ownImage } from '#test/support/own-image.ts';
import { setStage } from '../stage.ts';
import { scratchDocker } from './scratch.ts';

const runner = imageName(command);

async function scratch() {
  const made = await scratchDocker({ runnerImages: [runner] });
  const { Id } = await made.docker.getImage(runner).inspect();
  const volume = runnerVolumeName(made.installation, versionOf(Id));
  const filler = fillerName(made.installation, versionOf(Id));
  const own = async () =>
    (await docker('volume', 'ls', '-q', '--filter', `label=dev.prlt.installation=${made.installation}`))
      .split('\n')
      .filter((name) => name.includes('-rt-'))
      .sort();
  return { ...made, volume, filler, own };
}

test('an image with git, sh and certificates does, and is looked at once', async () => {
  const { runtime, volume, own } = await scratch();
  const image = await ownImage();
  const first = await runtime.prepareImage(image, runner);
  expect(first).toMatchObject({ kind: 'ready', id: expect.stringMatching(/^sha256:/) });
  expect(await own()).toEqual([volume, `${volume}-ok`]);
  const started = performance.now();
  expect(await runtime.prepareImage(image, runner)).toEqual(first);
  expect(performance.now() - started).toBeLessThan(500);
});

const unsuitable: [string, () => Promise<string>, RegExp][] = [
  ['no git', () => ownImage('RUN rm -f /usr/bin/git /usr/local/bin/git\n'), /lacks `git`\. .*packages `git`/],
  [
    'no git and no certificates',
    () => ownImage('RUN rm -rf /usr/bin/git /usr/local/bin/git /etc/ssl\n'),
    /lacks `git` and CA certificates\. .*`git ca-certificates`/,
  ],
  ['nothing at all, as on musl', emptyImage, /has no glibc.*musl.*2\.28/],
  [
    'no libstdc++',
    () => ownImage('RUN find / -xdev -name "libstdc++.so*" -delete\n'),
    /library libstdc\+\+\.so\.6 \(package `libstdc\+\+6`/,
  ],
  ['a VOLUME', () => ownImage('VOLUME /cache\n'), /declares VOLUME \/cache/],
  ['a label of ours', () => ownImage('LABEL dev.prlt.run=other\n'), /label dev\.prlt\.run/],
];

test('what an image lacks is named, and what to add', async () => {
  const { runtime } = await scratch();
  for (const [what, image, says] of unsuitable) {
    const answer = await runtime.prepareImage(await image(), runner);
    expect(answer, what).toMatchObject({ kind: 'image_unsuitable', reason: expect.stringMatching(says) });
  }
  expect(await docker('ps', '-aq', '--filter', 'name=-look-')).toBe('');
});

test('an image that is nowhere is missing, in the words of the engine', async () => {
  const { runtime } = await scratch();
  const answer = await runtime.prepareImage('127.0.0.1:9/no/such:1', runner);
  expect(answer).toMatchObject({
    kind: 'image_missing',
    reason: expect.stringMatching(/could not be pulled: .*127\.0\.0\.1:9/),
  });
  expect(await runtime.prepareImage('a b', runner)).toMatchObject({ kind: 'refused' });
  expect(await runtime.prepareImage(`sha256:${'0'.repeat(64)}`, runner)).toMatchObject({
    kind: 'image_missing',
  });
});

test('a run in it has the runner read-only, its own node last, a workspace of its own, and nothing more', async () => {
  const { runtime, volume, own, docker: engine, installation } = await scratch();
  const image = await ownImage();
  const answer = await runtime.prepareImage(image, runner);
  if (answer.kind !== 'ready') throw new Error(answer.reason);
  const { spec } = await setStage({ do: 'stay' }, runner, { own: answer.id });
  expect(await runtime.launch(spec)).toEqual({ kind: 'launched' });
  const name = `prlt-${installation.slice(-8)}-${spec.run}`;
  const info = await engine.getContainer(name).inspect();
  expect(info.Image).toBe(answer.id);
  expect(info.Config.User).toBe('1000:1000');
  expect(info.HostConfig).toMatchObject({
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Init: true,
  });
  const mounts = info.Mounts.map(({ Type, Destination, RW }) => ({ Type, Destination, RW }));
  expect(mounts.sort((a, b) => a.Destination.localeCompare(b.Destination))).toEqual([
    { Type: 'bind', Destination: '/mirror', RW: false },
    { Type: 'volume', Destination: '/opt/prlt', RW: false },
    { Type: 'bind', Destination: '/run/prlt', RW: false },
    { Type: 'volume', Destination: '/work', RW: true },
  ]);
  const inside = (...argv: string[]) => docker('exec', name, ...argv);
  expect(
    await inside('sh', '-c', 'marker; command -v node || echo none; ls -A /work; stat -c %u /work'),
  ).toBe('from the own image\nnone\n1000');
  await expect(inside('touch', '/opt/prlt/x')).rejects.toThrow(/Read-only/);
  // In use, so nothing takes it away; when it is not, only what no runner of this service needs.
  await runtime.tidy();
  expect(await own()).toEqual([volume, `${volume}-ok`]);
  await runtime.remove(spec.run);
  await runtime.tidy();
  expect(await own()).toEqual([volume, `${volume}-ok`]);
});

test('a copy that a crash cut short is made anew, a whole one is not', async () => {
  const { runtime, volume, filler, docker: engine, installation } = await scratch();
  const labels = { 'dev.prlt.installation': installation };
  await engine.createVolume({ Name: volume, Labels: { ...labels, 'dev.prlt.runner': 'x' } });
  // Half of a copy, and the container that it was made for.
  await docker('create', '--name', filler, '-l', `dev.prlt.installation=${installation}`, runner);
  const image = await ownImage();
  expect(await runtime.prepareImage(image, runner)).toMatchObject({ kind: 'ready' });
  const { CreatedAt } = (await engine.getVolume(volume).inspect()) as unknown as { CreatedAt: string };
  const later = await scratchDocker({ installation, runnerImages: [runner] });
  expect(await later.runtime.prepareImage(image, runner)).toMatchObject({ kind: 'ready' });
  expect(await engine.getVolume(volume).inspect()).toMatchObject({ CreatedAt });
});

test('volumes of earlier runners are tidied away, and so is what a crash left', async () => {
  const { runtime, docker: engine, installation, own } = await scratch();
  const old = runnerVolumeName(installation, 'f'.repeat(16));
  const Labels = { 'dev.prlt.installation': installation, 'dev.prlt.runner': 'f'.repeat(16) };
  await engine.createVolume({ Name: old, Labels });
  await engine.createVolume({ Name: `${old}-ok`, Labels });
  const left = fillerName(installation, 'left');
  const label = ['-l', `dev.prlt.installation=${installation}`, '-l', 'dev.prlt.filler=x'];
  await docker('create', '--name', left, ...label, '--mount', `type=volume,src=${old},dst=/opt/prlt`, runner);
  await runtime.tidy();
  expect(await own()).toEqual([]);
  expect(await docker('ps', '-aq', '--filter', `name=${left}`)).toBe('');
});
