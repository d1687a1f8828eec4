/** What `prlt uninstall` takes off an engine that two installations share: all of its own, and nothing else. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { expect, onTestFinished, test } from 'vitest';
import { belongingsOf, removeBelongings } from '#src/runtimes/docker/belongings.ts';
import { containerName, labels, volumeName } from '#src/runtimes/docker/names.ts';
import { newUlid } from '#src/store/ids.ts';
import { metaValue } from '#src/store/meta.ts';
import { scratchDir, scratchStore } from '../../store/scratch.ts';
import { standInImage } from './stand-in-image.ts';

const docker = new Docker();
const bin = resolve(import.meta.dirname, '../../../bin/prlt.js');

/** A data directory whose service has stopped, with a running container in a volume, and a network. */
async function installed() {
  const dataDir = await scratchDir();
  const installation = newUlid();
  const { db, close } = await scratchStore(dataDir);
  await metaValue(db, 'installation', () => installation);
  await close();
  const Labels = { [labels.installation]: installation };
  const [name, volume] = [containerName(installation, 'r1'), volumeName(installation, 'r1')];
  onTestFinished(async () => {
    await removeBelongings(docker, await belongingsOf(docker, installation));
  });
  await docker.createVolume({ Name: volume, Labels });
  await docker.createNetwork({ Name: name, Labels, Internal: true });
  const container = await docker.createContainer({
    name,
    Image: await standInImage(docker),
    Entrypoint: ['node', '-e', 'setInterval(() => {}, 1000)'],
    Labels,
    HostConfig: { NetworkMode: name, Mounts: [{ Type: 'volume', Source: volume, Target: '/work' }] },
  });
  await container.start();
  return { dataDir, installation, name, volume };
}

async function prlt(dataDir: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], DOCKER_HOST: process.env['DOCKER_HOST'], PRLT_DATA_DIR: dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, [bin, 'uninstall', ...args], {
    cwd: dataDir,
    env,
  });
  return stdout;
}

const names = async (installation: string): Promise<string[]> =>
  (await belongingsOf(docker, installation)).map(({ kind, name }) => `${kind} ${name}`);

test('of two installations on one engine, only the own one goes, and only when it is confirmed', async () => {
  const [own, other] = [await installed(), await installed()];
  const all = ({ name, volume }: typeof own) => [`container ${name}`, `network ${name}`, `volume ${volume}`];

  const listed = await prlt(own.dataDir);
  expect(listed).toContain(`  container ${own.name}\n  network   ${own.name}\n  volume    ${own.volume}\n`);
  expect(listed).toContain('Nothing was removed');
  expect(listed).not.toContain(other.name);
  expect(await names(own.installation)).toEqual(all(own));

  const removed = await prlt(own.dataDir, '--yes');
  expect(removed).toContain('All of it was removed.');
  expect(removed).toContain(`Left as it was: ${own.dataDir}, with the database`);
  expect(removed).toContain('On GitHub, delete the App by hand');
  expect(await names(own.installation)).toEqual([]);
  expect(await names(other.installation)).toEqual(all(other));
  expect(await readdir(own.dataDir)).toContain('prlt.db');

  expect(await prlt(own.dataDir)).toContain('has nothing on the engine.\nLeft as it was');
}, 60_000);

test('what somebody else still uses stays and is named', async () => {
  const own = await installed();
  const borrower = await docker.createContainer({
    Image: await standInImage(docker),
    HostConfig: { Mounts: [{ Type: 'volume', Source: own.volume, Target: '/work' }] },
  });
  try {
    await expect(prlt(own.dataDir, '--yes')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`The volume ${own.volume} stayed: `),
    });
    expect(await names(own.installation)).toEqual([`volume ${own.volume}`]);
  } finally {
    await borrower.remove({ force: true });
  }
}, 60_000);
