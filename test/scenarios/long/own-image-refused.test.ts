/** Images that repositories may not bring, or that cannot carry a run, end the item by name: nothing runs in another one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended } from '#test/support/company.ts';
import { containers, runEvents } from '#test/support/machine.ts';
import { emptyImage, ownImage } from '#test/support/own-image.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({
    agent: 'true\n',
    env: { PRLT_MAX_CONCURRENCY: '8', PRLT_ALLOW_IMAGES: 'prlt-test-own:*, 127.0.0.1:9/*' },
  });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const cases: [string, () => Promise<string>, string, string][] = [
  ['not-allowed', async () => 'debian:12', 'IMAGE_REFUSED', 'PRLT_ALLOW_IMAGES'],
  ['nowhere', async () => '127.0.0.1:9/dev:1', 'IMAGE_MISSING', 'could not be pulled'],
  [
    'no-git',
    () => ownImage('RUN rm -f /usr/bin/git /usr/local/bin/git\n'),
    'IMAGE_UNSUITABLE',
    'lacks `git`',
  ],
  ['no-glibc', emptyImage, 'IMAGE_UNSUITABLE', 'has no glibc'],
];

describe.concurrent('an image', () => {
  it.each(cases)('%s', async (what, image, code, words) => {
    const name = await addRepository(stage, what, {
      agent: 'echo ran > ran.txt\n',
      config: `image: ${await image()}\n`,
    });
    const status = await ended(stage, name, ask(stage, name, 'Try'), 'agent:failed');
    expect(status).toContain(`**${code}**`);
    expect(status).toContain(words);
    expect(status.match(/Nothing was run another way\./g)).toHaveLength(1);
  });
});

it('nothing of it ran', async () => {
  expect(runEvents(stage.prlt.dataDir)).toEqual([]);
  expect(await containers(stage.prlt.dataDir)).toEqual([]);
});
