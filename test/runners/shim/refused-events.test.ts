/** A host that refuses some of what the shim says: the run goes on and ends by name, and nothing is sent for ever. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sampleAssignment } from '#test/support/shim-run.ts';
import { stageShims } from '#test/support/shim-stage.ts';

const stage = stageShims();

const numbers = () => stage.run.host.events.map((event) => event.seq);
const counted = () => numbers().map((_, index) => index + 1);

it('puts a refused event aside and sends the rest', async () => {
  await stage.start(
    sampleAssignment(stage.sample, 'sleep 0.3; for i in 1 2 3; do echo "$i"; echo "no $i" >&2; done'),
  );
  stage.run.host.refuseEvent = (event) =>
    event.type === 'message' && event.stream === 'stderr' ? 413 : undefined;
  expect(await stage.run.host.verdict()).toMatchObject({ outcome: 'finished' });
  expect(await stage.run.exited()).toBe(0);
  expect(stage.run.host.said('stdout')).toBe('1\n2\n3\n');
  expect(stage.run.host.said('stderr')).toBe('');
  expect(stage.run.host.of('note').map((event) => event.text)).toContain(
    'the host refused an event of the type message: this event is not taken',
  );
  expect(numbers()).toEqual(counted());
});

it('says that its last word was refused', async () => {
  await stage.start(sampleAssignment(stage.sample, 'echo 1 > x'));
  stage.run.host.refuseEvent = (event) =>
    event.type === 'finished' && event.verdict.outcome === 'finished' ? 400 : undefined;
  expect(await stage.run.host.verdict()).toMatchObject({ outcome: 'failed', cause: 'protocol' });
  expect(await stage.run.exited()).toBe(0);
  expect(numbers()).toEqual(counted());
});

it('ends when nothing it says is taken', async () => {
  await stage.start(sampleAssignment(stage.sample, 'sleep 60'));
  stage.run.host.refuseEvent = () => 400;
  expect(await stage.run.exited()).not.toBe(0);
  expect(stage.run.host.events).toEqual([]);
});

it.each([
  ['grows past its limit', `[${Array(13_000).fill('1e20').join(',')}]`],
  ['is nested without end', '['.repeat(30_000) + ']'.repeat(30_000)],
])('leaves out a result that %s', async (_, json) => {
  const file = join(stage.sample.root, 'result.json');
  writeFileSync(file, json);
  await stage.start(sampleAssignment(stage.sample, `cat ${file} > "$PRLT_RESULT_FILE"`));
  const verdict = await stage.run.host.verdict();
  expect(verdict).toMatchObject({ outcome: 'finished' });
  expect(verdict).not.toHaveProperty('result');
  expect(stage.run.host.of('note').map((event) => event.text)).toEqual([expect.stringContaining('result')]);
});
