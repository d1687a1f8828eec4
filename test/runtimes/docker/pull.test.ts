/** Images from a registry: fetched when they are not there, fixed by their digest, and missing by the engine's words. */
import Docker from 'dockerode';
import { expect, onTestFinished, test } from 'vitest';
import { findOwnImage } from '#src/runtimes/docker/own-image.ts';
import { withTag } from '#src/runtimes/docker/pull.ts';
import { startImageRegistry } from '#test/support/image-registry.ts';
import { docker } from '#test/support/machine.ts';

test('a tag is pulled once and keeps its meaning by the digest, also when the registry has moved on', async () => {
  const registry = await startImageRegistry();
  const made: string[] = [];
  onTestFinished(async () => {
    for (const name of made) await docker('rmi', '-f', name).catch(() => {});
    await registry.close();
  });
  const engine = new Docker();
  const name = `${registry.host}/acme/dev`;
  const digest = registry.publish('acme/dev', 'latest', `one ${Date.now()}`);
  made.push(name, `${name}@${digest}`);
  const first = await findOwnImage(engine, name);
  expect(first).toMatchObject({ kind: 'ready', pin: `${name}@${digest}` });
  if (first.kind !== 'ready') return;

  registry.publish('acme/dev', 'latest', `two ${Date.now()}`);
  expect(await findOwnImage(engine, name)).toMatchObject({ id: first.id });
  await docker('rmi', '-f', first.id);
  expect(await findOwnImage(engine, first.id)).toMatchObject({ kind: 'image_missing' });
  expect(await findOwnImage(engine, `${name}@${digest}`)).toMatchObject({ kind: 'ready', id: first.id });

  expect(await findOwnImage(engine, `${name}:gone`)).toMatchObject({
    kind: 'image_missing',
    reason: expect.stringMatching(/could not be pulled: .*manifest.*unknown/),
  });
});

test.each([
  ['debian', 'debian:latest'],
  ['127.0.0.1:5000/a/b', '127.0.0.1:5000/a/b:latest'],
  ['127.0.0.1:5000/a/b:1', '127.0.0.1:5000/a/b:1'],
  ['a/b@sha256:00', 'a/b@sha256:00'],
])('%s is asked for as %s', (image, asked) => {
  expect(withTag(image)).toBe(asked);
});
