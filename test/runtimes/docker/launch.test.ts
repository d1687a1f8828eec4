/** The container of a run as the engine has it, from outside and from inside, and what is refused before there is one. */
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { expect, onTestFinished, test } from 'vitest';
import { containerOptions } from '#src/runtimes/docker/container-options.ts';
import { volumeName } from '#src/runtimes/docker/names.ts';
import { setStage } from '../stage.ts';
import { scratchDocker } from './scratch.ts';
import { standInImage } from './stand-in-image.ts';

const until = { timeout: 20_000, interval: 100 };

test('mounts and flags are the closed list, and from inside they hold', async () => {
  const { docker, runtime, image, installation } = await scratchDocker();
  const { spec, reports } = await setStage({ do: 'stay' }, image);
  expect(await runtime.launch(spec)).toEqual({ kind: 'launched' });
  await expect.poll(() => reports.length, until).toBe(1);
  const name = `prlt-${installation.slice(-8)}-${spec.run}`;
  const info = await docker.getContainer(name).inspect();
  const host = info.HostConfig;
  expect(info.Config.User).toBe('1000:1000');
  expect(info.Config.Labels).toMatchObject({
    'dev.prlt.installation': installation,
    'dev.prlt.run': spec.run,
    'dev.prlt.epoch': '3',
    'dev.prlt.key': 'GH-1',
    'dev.prlt.workspace': spec.workspace,
  });
  expect(host).toMatchObject({
    NetworkMode: 'none',
    Privileged: false,
    ReadonlyRootfs: true,
    Init: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    PidsLimit: 64,
    Memory: 256 * 1024 * 1024,
    MemorySwap: 256 * 1024 * 1024,
    NanoCpus: 1e9,
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '1' } },
    RestartPolicy: { Name: 'no' },
    Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,size=${8 * 1024 * 1024},mode=1777` },
    AutoRemove: false,
    PublishAllPorts: false,
    IpcMode: 'private',
    PidMode: '',
    UsernsMode: '',
  });
  for (const empty of [
    host.Binds,
    host.CapAdd,
    host.Devices,
    host.VolumesFrom,
    host.DeviceRequests,
    host.PortBindings,
  ]) {
    expect(Object.keys(empty ?? {})).toEqual([]);
  }
  const mounts = info.Mounts.map(({ Type, Destination, RW }) => ({ Type, Destination, RW }));
  expect(mounts.sort((a, b) => a.Destination.localeCompare(b.Destination))).toEqual([
    { Type: 'bind', Destination: '/mirror', RW: false },
    { Type: 'bind', Destination: '/run/prlt', RW: false },
    { Type: 'volume', Destination: '/work', RW: true },
  ]);
  expect(Object.keys(info.NetworkSettings.Networks)).toEqual(['none']);
  expect(reports).toMatchObject([
    { uid: 1000, interfaces: ['lo'], work: true, tmp: true, root: false, mirror: false, socketDir: false },
  ]);
});

test('memory beyond the limit ends the run and is told as such', async () => {
  const { runtime, image } = await scratchDocker();
  const limits = { memory: 96 * 1024 * 1024, cpus: 1, pids: 64, tmp: 8 * 1024 * 1024 };
  const { spec } = await setStage({ do: 'eat' }, image, { limits });
  await runtime.launch(spec);
  const seen = { run: spec.run, epoch: 3, state: 'exited', exitCode: 137, oomKilled: true };
  await expect.poll(() => runtime.observe(), { ...until, timeout: 60_000 }).toEqual([seen]);
});

test('what runs the container is the runtime that the operator names, for the probe too', async () => {
  // Engines have runc under two names at least.
  const named = await scratchDocker({ engineRuntime: 'io.containerd.runc.v2' });
  const { spec, reports } = await setStage({ do: 'stay' }, named.image);
  expect(await named.runtime.launch(spec)).toEqual({ kind: 'launched' });
  await expect.poll(() => reports.length, until).toBe(1);
  const name = `prlt-${named.installation.slice(-8)}-${spec.run}`;
  const info = await named.docker.getContainer(name).inspect();
  expect(info.HostConfig).toMatchObject({ Runtime: 'io.containerd.runc.v2' });

  const missing = await scratchDocker({ engineRuntime: 'no-such-runtime' });
  expect(await missing.runtime.launch({ ...spec, run: `${spec.run}x` })).toMatchObject({
    kind: expect.stringMatching(/refused|unavailable/),
    reason: expect.stringContaining('no-such-runtime'),
  });
  expect((await missing.runtime.probe()).join()).toContain('no-such-runtime');
}, 60_000);

test('a container that was created and not started is started by the next try', async () => {
  const { docker, runtime, image, installation } = await scratchDocker();
  const { spec, reports } = await setStage({ do: 'stay' }, image);
  // What a service that dies between the two steps leaves on the engine.
  const labels = { 'dev.prlt.installation': installation, 'dev.prlt.run': spec.run, 'dev.prlt.epoch': '3' };
  const names = { container: `prlt-${installation.slice(-8)}-${spec.run}`, volume: `${installation}-left` };
  const left = containerOptions({
    name: names.container,
    image,
    mirror: spec.mirror,
    socketDir: spec.socketDir,
    volume: names.volume,
    labels,
    limits: spec.limits,
  });
  await docker.createContainer(left);
  onTestFinished(async () => {
    await runtime.remove(spec.run);
    await docker.getVolume(names.volume).remove();
  });
  expect(await runtime.observe()).toEqual([{ run: spec.run, epoch: 3, state: 'created' }]);
  expect(await runtime.launch(spec)).toEqual({ kind: 'launched' });
  await expect.poll(() => reports.length, until).toBe(1);
});

test('a container name that someone else took is refused and left alone', async () => {
  const { docker, runtime, image, installation } = await scratchDocker();
  const { spec } = await setStage({ do: 'stay' }, image);
  const taken = await docker.createContainer({
    name: `prlt-${installation.slice(-8)}-${spec.run}`,
    Image: image,
  });
  onTestFinished(() => taken.remove({ force: true, v: true }));
  expect(await runtime.launch(spec)).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/taken by something else/),
  });
  await runtime.stop(spec.run);
  await runtime.remove(spec.run);
  expect((await taken.inspect()).State.Status).toBe('created');
});

test('a missing image, one that declares VOLUME and names that are none', async () => {
  const { docker, runtime } = await scratchDocker();
  const { spec } = await setStage({ do: 'stay' }, 'prlt-no-such:latest');
  const missing = await runtime.launch(spec);
  expect(missing).toMatchObject({
    kind: 'image_missing',
    reason: expect.stringMatching(/npm run runners:build/),
  });
  const withVolume = await standInImage(docker, 'VOLUME /cache');
  expect(await runtime.launch({ ...spec, image: withVolume })).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/declares VOLUME \/cache/),
  });
  for (const image of ['', '../containers/json', 'a/../../x', 'a b', '-x', 'x?y']) {
    expect(await runtime.launch({ ...spec, image })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/not the name of an image/),
    });
  }
  expect(await runtime.observe()).toEqual([]);
  expect(await runtime.workspaces()).toEqual([]);
});

test('a mount whose source is not there is refused, never created empty', async () => {
  const { runtime, image } = await scratchDocker();
  const { spec } = await setStage({ do: 'stay' }, image);
  const answer = await runtime.launch({ ...spec, mirror: join(tmpdir(), 'no-such-mirror') });
  expect(answer).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/no-such-mirror/) });
  expect(await runtime.observe()).toEqual([]);
});

test('an image without its program is a run that exited with 127', async () => {
  const { docker, runtime } = await scratchDocker();
  const broken = await standInImage(docker, 'ENTRYPOINT ["/no/such/program"]');
  const { spec } = await setStage({ do: 'stay' }, broken);
  expect(await runtime.launch(spec)).toEqual({ kind: 'launched' });
  await expect.poll(() => runtime.observe(), until).toMatchObject([{ state: 'exited', exitCode: 127 }]);
});

test('what the engine will not start is refused and its container is gone', async () => {
  const { runtime, image } = await scratchDocker();
  const { spec } = await setStage({ do: 'stay' }, image);
  const limits = { ...spec.limits, memory: 1024 };
  expect(await runtime.launch({ ...spec, limits })).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/memory limit/i),
  });
  expect(await runtime.observe()).toEqual([]);
});

test('no engine, and one that never answers, are unavailable and nothing hangs', async () => {
  const { spec } = await setStage({ do: 'stay' }, 'any');
  const absent = await scratchDocker();
  const gone = await scratchDocker({ docker: new Docker({ socketPath: '/tmp/no-such-engine.sock' }) });
  expect(await gone.runtime.launch(spec)).toMatchObject({
    kind: 'unavailable',
    reason: expect.stringMatching(/ENOENT/),
  });
  await expect(gone.runtime.observe()).rejects.toThrow(/could not list containers/);
  const sockets = new Set<Socket>();
  const socketPath = join(tmpdir(), `mute-${process.pid}.sock`);
  const mute = createServer((socket) => sockets.add(socket)).listen(socketPath);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
  const hanging = await scratchDocker({ docker: new Docker({ socketPath }) });
  const started = performance.now();
  expect(await hanging.runtime.launch(spec)).toMatchObject({
    kind: 'unavailable',
    reason: expect.stringMatching(/did not inspect/),
  });
  expect(performance.now() - started).toBeLessThan(15_000);
  expect(await absent.runtime.observe()).toEqual([]);
});

test('a volume that an engine left without labels when it died is made anew, and removed like others', async () => {
  const { docker, runtime, image, installation } = await scratchDocker();
  const { spec } = await setStage({ do: 'stay' }, image);
  const Name = volumeName(installation, spec.workspace);
  await docker.createVolume({ Name });
  expect(await runtime.launch(spec)).toEqual({ kind: 'launched' });
  expect(await runtime.workspaces()).toEqual([spec.workspace]);
  await runtime.remove(spec.run);
  await runtime.removeWorkspace(spec.workspace);

  await docker.createVolume({ Name });
  await runtime.removeWorkspace(spec.workspace);
  await expect(docker.getVolume(Name).inspect()).rejects.toThrow(/no such volume/);
});

test("a volume of somebody else's is neither used nor removed", async () => {
  const { docker, runtime, image, installation } = await scratchDocker();
  const { spec } = await setStage({ do: 'stay' }, image);
  const volume = docker.getVolume(volumeName(installation, spec.workspace));
  await docker.createVolume({ Name: volume.name, Labels: { 'org.example': 'theirs' } });
  onTestFinished(() => volume.remove());
  expect(await runtime.launch(spec)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('was not made for this workspace'),
  });
  await runtime.removeWorkspace(spec.workspace);
  expect(await volume.inspect()).toMatchObject({ Labels: { 'org.example': 'theirs' } });
});
