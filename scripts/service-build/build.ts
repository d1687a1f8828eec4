/** Builds the service's image through the Docker API; the same content is built once. */
import { join } from 'node:path';
import Docker from 'dockerode';
import { type BuildOptions, buildStaged, chooseBase, requireEngine } from '../runners-build/build.ts';
import { stageService } from './stage.ts';

const root = join(import.meta.dirname, '..', '..');

/** Resolves with `prlt:<content hash>`, also named `prlt:latest`. Rejects with `BuildFailed`. */
export async function buildService(options: BuildOptions = {}): Promise<string> {
  const docker = options.docker ?? new Docker();
  await requireEngine(docker);
  const base = await chooseBase(docker, options.base);
  const stage = stageService(root);
  try {
    const { image } = await buildStaged(docker, stage.directory, 'prlt', base, options.tell ?? (() => {}));
    return image;
  } finally {
    stage.remove();
  }
}
