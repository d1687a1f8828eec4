/** Whether an image may carry a run. */
import type Dockerode from 'dockerode';
import { deadlines, engineCall, orAbsent } from './engine.ts';
import { isImageReference } from './names.ts';

export type ImageCheck =
  | { kind: 'usable'; id: string }
  | { kind: 'image_missing' | 'refused'; reason: string };

/** Rejects with `EngineUnavailable` when the engine cannot tell. Nothing is ever pulled. */
export async function checkImage(docker: Dockerode, image: string): Promise<ImageCheck> {
  if (!isImageReference(image)) {
    return { kind: 'refused', reason: `${JSON.stringify(image.slice(0, 255))} is not the name of an image.` };
  }
  const found = await orAbsent(
    engineCall('inspect an image', deadlines.quick, () => docker.getImage(image).inspect()),
  );
  if (found === undefined) {
    return {
      kind: 'image_missing',
      reason: `The image ${image} is not on this engine. Build the runner images with \`npm run runners:build\`.`,
    };
  }
  // Such a volume is writable under a read-only root and outlives the container.
  const volumes = Object.keys(found.Config?.Volumes ?? {});
  if (volumes.length > 0) {
    return {
      kind: 'refused',
      reason: `The image ${image} declares VOLUME ${volumes.join(', ').slice(0, 200)}; build it without, prlt gives each run its workspace.`,
    };
  }
  return { kind: 'usable', id: found.Id };
}
