/** Before the tests that run real CLIs: their images, which takes minutes and the npm registry the first time. */
import { buildRunners } from '../../scripts/runners-build/build.ts';
import { chosenRunners } from '../runners/conformance/chosen.ts';

/** Vitest calls it once for the project. */
export async function setup(): Promise<void> {
  const built = await buildRunners({
    only: chosenRunners().map(({ name }) => name),
    tell: (line) => process.stdout.write(`${line}\n`),
  });
  process.env['PRLT_TEST_IMAGES'] = JSON.stringify(
    Object.fromEntries(built.map(({ runner, image }) => [runner, image])),
  );
}
