/** The docker runtime keeps the contract against a real engine. */
import { tmpdir } from 'node:os';
import Docker from 'dockerode';
import pino from 'pino';
import { createDockerRuntime } from '#src/runtimes/docker/runtime.ts';
import { runtimeContract } from '../contract.ts';
import { standInImage } from './stand-in-image.ts';

const docker = new Docker();

runtimeContract('docker', async () => {
  const image = await standInImage(docker);
  const log = pino({ level: 'silent' });
  return {
    image,
    open: (installation) =>
      createDockerRuntime({
        docker,
        installation,
        probeImage: image,
        probeDir: tmpdir(),
        graceSeconds: 1,
        log,
      }),
    kill: async (run) => {
      const [entry] = await docker.listContainers({ filters: { label: [`dev.prlt.run=${run}`] } });
      await docker.getContainer(entry?.Id ?? '').kill({ signal: 'KILL' });
    },
  };
});
