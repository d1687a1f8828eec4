/** What a repository brings for its runs: its image, and what it has to leave out. */
import { runners } from '#runners/registry.ts';
import type { Assignment } from '#runners/shim/protocol.ts';
import { isImageAllowed } from '../core/allowed-images.ts';
import type { Failure, Run } from '../core/item.ts';
import type { ImageAnswer, NotLaunched } from '../runtimes/runtime.ts';
import { latestRun } from '../store/latest-run.ts';
import type { RunSpec } from '../store/runs.ts';
import type { Context } from './context.ts';

/** Never another image instead: an image that is not allowed ends the item with this. */
export function imageRefusal(patterns: readonly string[], image: string | undefined): Failure | undefined {
  if (image === undefined || isImageAllowed(patterns, image)) return undefined;
  const name = image.replaceAll('`', '').slice(0, 200);
  return {
    code: 'IMAGE_REFUSED',
    sentence: `The image \`${name}\` of .github/prlt.yml is not among those that this service allows.`,
    todo: 'The operator can add it to PRLT_ALLOW_IMAGES; or take `image` out of .github/prlt.yml. Then give `/prlt start`.',
  };
}

export type OwnImage = { kind: 'ready'; own?: NonNullable<RunSpec['own']> } | NotLaunched;

/** Fixes what the name of the image means. Work that goes on keeps what it meant when it began. */
export async function ownImage(
  context: Context,
  run: Run,
  image: { own: string | undefined; runner: string },
): Promise<OwnImage> {
  const { own: name } = image;
  if (name === undefined) return { kind: 'ready' };
  const before = run.continues && (await latestRun(context.db, 'workspace', run.workspace));
  const known = before?.spec.own;
  const answer = await prepared(context, image.runner, known?.name === name ? known : { name, id: name });
  if (answer.kind !== 'ready') return answer;
  const { id, pin } = answer;
  return { kind: 'ready', own: { name, id, ...(pin ? { pin } : {}) } };
}

/** What was removed since is fetched again by its digest. */
async function prepared(
  { runtime }: Context,
  runner: string,
  { id, pin }: NonNullable<RunSpec['own']>,
): Promise<ImageAnswer> {
  const answer = await runtime.prepareImage(id, runner);
  return answer.kind === 'image_missing' && pin !== undefined ? runtime.prepareImage(pin, runner) : answer;
}

/** Whatever runner it is, what the agent starts may be another one's CLI. */
export function masked(allowed: boolean): Pick<Assignment['agent'], 'masks' | 'maskedByBase'> {
  const masks = [...new Set(runners.flatMap((runner) => runner.masks))];
  return { masks, ...(allowed ? { maskedByBase: true } : {}) };
}
