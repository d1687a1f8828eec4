/** What the service calls a path and what the engine's host calls it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Docker from 'dockerode';
import { expect, onTestFinished, test } from 'vitest';
import { containerIdIn, createHostPath, translatePath } from '#src/runtimes/docker/host-paths.ts';
import { standInImage } from './stand-in-image.ts';

const mounts = [
  { Source: '/srv/prlt', Destination: '/data' },
  { Source: '/var/lib/docker/volumes/m/_data', Destination: '/data/mirrors' },
  { Source: '/var/run/docker.sock', Destination: '/var/run/docker.sock' },
];

test.each([
  ['/data/sockets/ab12', '/srv/prlt/sockets/ab12'],
  ['/data/mirrors/1.git', '/var/lib/docker/volumes/m/_data/1.git'],
  ['/data/mirrors', '/var/lib/docker/volumes/m/_data'],
  ['/data/sockets/../x', '/srv/prlt/x'],
])('%s is %s on the host', (path, host) => {
  expect(translatePath(mounts, path)).toBe(host);
});

test.each(['/app/data', '/database', '/data/../etc', '/'])('%s is inside the container only', (path) => {
  expect(() => translatePath(mounts, path)).toThrow(/inside the service's container only.*PRLT_DATA_DIR/);
});

test('a path with another mount below it is refused', () => {
  expect(() => translatePath(mounts, '/data')).toThrow(/\/data\/mirrors is a mount of its own below \/data/);
});

test('the container id is read from the mounts that every engine makes', () => {
  const id = 'ab'.repeat(32);
  const line = `612 588 254:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw,relatime - ext4 /dev/vda rw`;
  expect(containerIdIn(`22 27 0:21 / /proc rw - proc proc rw\n${line}\n`)).toBe(id);
  expect(containerIdIn('22 27 0:21 / /proc rw - proc proc rw\n')).toBeUndefined();
});

test('outside of a container paths stay as they are', async () => {
  expect(await createHostPath(new Docker())('/some/where')).toBe('/some/where');
});

test('a service in a container finds its data directory on the host, and nothing else', async () => {
  const docker = new Docker();
  const image = await standInImage(docker);
  const root = resolve(import.meta.dirname, '../../..');
  const data = await mkdtemp(join(tmpdir(), 'service-'));
  onTestFinished(() => rm(data, { recursive: true }));
  const script = `
    const { default: Docker } = await import('${root}/node_modules/dockerode/lib/docker.js');
    const { createHostPath } = await import('${root}/src/runtimes/docker/host-paths.ts');
    const hostPath = createHostPath(new Docker());
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync('/data/s/ab', { recursive: true });
    const inside = await hostPath('/work').catch((error) => error.message);
    writeFileSync('/data/said', JSON.stringify([await hostPath('/data/s/ab'), inside]));`;
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['node', '--input-type=module', '-e', script],
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [
        { Type: 'bind', Source: root, Target: root, ReadOnly: true },
        { Type: 'bind', Source: data, Target: '/data' },
        { Type: 'bind', Source: '/var/run/docker.sock', Target: '/var/run/docker.sock' },
      ],
    },
  });
  onTestFinished(() => container.remove({ force: true, v: true }));
  await container.start();
  expect(await container.wait()).toMatchObject({ StatusCode: 0 });
  const said = JSON.parse(await readFile(join(data, 'said'), 'utf8'));
  expect(said).toEqual([join(data, 's/ab'), expect.stringContaining("inside the service's container only")]);
});
