/** Repositories' own images with the runner's parts in them: each image is looked at once, each volume filled once. */
import type { ImageAnswer } from '../runtime.ts';
import { deadlines, EngineUnavailable, engineCall, orAbsent, sentenceOf } from './engine.ts';
import { checkImage } from './image.ts';
import { checkName, fillerName, runnerVolumeName, versionOf } from './names.ts';
import { checkOwnImage, findOwnImage } from './own-image.ts';
import {
  initialiseWorkspace,
  NoRunnerParts,
  runnerVolume,
  tidyVolumes,
  type VolumeContext,
} from './runner-volume.ts';

export interface Toolchains {
  /** As `Runtime.prepareImage`. Never rejects. */
  prepare(image: string, runnerImage: string): Promise<ImageAnswer>;
  /**
   * Gives the volume with the runner's parts to `work`, which creates the container; until then it is not tidied away.
   * `runner` is the id of the runner's image.
   */
  into<T>(
    where: { runner: string; workspace: string; run: string },
    work: (volume: string) => Promise<T>,
  ): Promise<T>;
  tidy(): Promise<void>;
}

/** `runnerImages` are the names of those that this service uses; what others left is tidied away. */
export function createToolchains(context: VolumeContext, runnerImages: readonly string[]): Toolchains {
  const { docker, installation } = context;
  const filling = new Map<string, Promise<string>>();
  const looks = new Map<string, Promise<ImageAnswer>>();
  const busy = new Map<string, number>();

  const holding = async <T>(names: string[], work: () => Promise<T>): Promise<T> => {
    for (const name of names) busy.set(name, (busy.get(name) ?? 0) + 1);
    try {
      return await work();
    } finally {
      for (const name of names) {
        const left = (busy.get(name) ?? 1) - 1;
        if (left > 0) busy.set(name, left);
        else busy.delete(name);
      }
    }
  };

  /** Two that need the same volume wait for one copy of it. */
  const filled = (runner: string): Promise<string> => {
    const under = filling.get(runner) ?? runnerVolume(context, runner).finally(() => filling.delete(runner));
    filling.set(runner, under);
    return under;
  };

  const namesOf = (runner: string): string[] => {
    const version = versionOf(runner);
    return [runnerVolumeName(installation, version), fillerName(installation, version)];
  };

  const prepare = async (image: string, runnerImage: string): Promise<ImageAnswer> => {
    const runner = await checkImage(docker, runnerImage);
    if (runner.kind !== 'usable') return runner;
    const found = await findOwnImage(docker, image);
    if (found.kind !== 'ready') return found;
    const { id, pin, info } = found;
    const key = `${id} ${runner.id}`;
    const look =
      looks.get(key) ??
      holding([...namesOf(runner.id), checkName(installation, id)], async () =>
        checkOwnImage(context, image, info, await filled(runner.id)),
      ).catch((error: unknown) => {
        looks.delete(key);
        throw error;
      });
    looks.set(key, look);
    const answer = await look;
    return answer.kind === 'ready' && pin !== undefined ? { ...answer, pin } : answer;
  };

  return {
    prepare: (image, runnerImage) =>
      prepare(image, runnerImage).catch((error: unknown): ImageAnswer => {
        if (error instanceof EngineUnavailable) return { kind: 'unavailable', reason: error.message };
        if (error instanceof NoRunnerParts) return { kind: 'image_missing', reason: error.message };
        return { kind: 'refused', reason: sentenceOf(error) };
      }),
    into: ({ runner, workspace, run }, work) =>
      holding([...namesOf(runner), fillerName(installation, run)], async () => {
        const volume = await filled(runner);
        await initialiseWorkspace(context, { image: runner, volume: workspace, run });
        return work(volume);
      }),
    tidy: async () => {
      const found = await Promise.all(
        runnerImages.map((name) =>
          orAbsent(engineCall('inspect an image', deadlines.quick, () => docker.getImage(name).inspect())),
        ),
      );
      await tidyVolumes(
        context,
        found.flatMap((image) => image?.Id ?? []),
        (name) => busy.has(name),
      );
    },
  };
}
