/** What the name of a repository's image means for a run: now, or when the work that goes on began. */
import { expect, test } from 'vitest';
import { imageRefusal, masked, ownImage } from '#src/engine/toolchain.ts';
import type { ImageAnswer } from '#src/runtimes/runtime.ts';
import { assignRun } from '#src/store/runs.ts';
import { aSeat } from '#test/support/builders.ts';
import { sampleAssignment } from '#test/support/shim-run.ts';
import { scratchContext } from './scratch.ts';

const [old, fresh] = ['sha256:old', 'sha256:new'];
const pin = 'dev@sha256:digest';

/** An engine on which these references are images. */
async function engineWith(images: Record<string, string>) {
  const asked: string[] = [];
  const prepareImage = async (image: string): Promise<ImageAnswer> => {
    asked.push(image);
    const id = images[image];
    return id === undefined ? { kind: 'image_missing', reason: 'No.' } : { kind: 'ready', id };
  };
  const { context } = await scratchContext({ runtime: { prepareImage } as never });
  await assignRun(
    context.db,
    {
      id: 'before',
      item: 'item1',
      epoch: 1,
      workspace: 'before',
      assignment: sampleAssignment({ root: '', mirror: '', start: '', remove: () => {} }, ''),
      spec: {
        image: 'runner',
        own: { name: 'dev:1', id: old, pin },
        limits: { memory: 1, cpus: 1, pids: 1, stall: 1, disk: 1 },
      },
      deadline: 1,
    },
    1,
  );
  return { context, asked };
}

const run = { ...aSeat().run, phase: 'claimed' as const, claimedAt: 1, attempt: 1, epoch: 2 };
const goesOn = { ...run, workspace: 'before', continues: { runs: ['before'], reason: 'budget' as const } };
const askedAgain = { ...goesOn, continues: { ...goesOn.continues, runs: [] } };

test.each([
  ['a new run takes what the name means now', run, 'dev:1', { 'dev:1': fresh, [old]: old }, fresh, ['dev:1']],
  ['work that goes on keeps its image', goesOn, 'dev:1', { 'dev:1': fresh, [old]: old }, old, [old]],
  [
    'so does work that a person says goes on',
    askedAgain,
    'dev:1',
    { 'dev:1': fresh, [old]: old },
    old,
    [old],
  ],
  ['one that was removed comes back by its digest', goesOn, 'dev:1', { [pin]: old }, old, [old, pin]],
  ['another name is another image', goesOn, 'dev:2', { 'dev:2': fresh, [old]: old }, fresh, ['dev:2']],
])('%s', async (_, given, own, images, id, looked) => {
  const { context, asked } = await engineWith(images as Record<string, string>);
  const answer = await ownImage(context, given, { own, runner: 'runner' });
  expect(answer).toMatchObject({ kind: 'ready', own: { name: own, id } });
  expect(asked).toEqual(looked);
});

test('what the engine says of an image is passed on, and no image is no question', async () => {
  const { context, asked } = await engineWith({});
  expect(await ownImage(context, run, { own: 'dev:1', runner: 'runner' })).toEqual({
    kind: 'image_missing',
    reason: 'No.',
  });
  expect(await ownImage(context, run, { own: undefined, runner: 'runner' })).toEqual({ kind: 'ready' });
  expect(asked).toEqual(['dev:1']);
});

test('an image is refused by name unless the operator allows it', () => {
  expect(imageRefusal([], undefined)).toBeUndefined();
  expect(imageRefusal(['dev:*'], 'dev:1')).toBeUndefined();
  expect(imageRefusal([], 'dev:1')).toMatchObject({
    code: 'IMAGE_REFUSED',
    sentence: expect.stringMatching(/`dev:1`/),
  });
});

test('the masks are those of every runner', () => {
  expect(masked(false)).toEqual({
    masks: expect.arrayContaining(['.claude/', '.mcp.json', '.codex/', '.agents/']),
  });
  expect(masked(true)).toMatchObject({ maskedByBase: true });
});
