/** `npm run runners:build [-- --base IMAGE]`: makes sure that every runner's image exists. */
import { parseArgs } from 'node:util';
import { BuildFailed, buildRunners } from './runners-build/build.ts';

const { values } = parseArgs({ options: { base: { type: 'string' } } });
try {
  await buildRunners({ base: values.base, tell: (line) => console.log(line) });
} catch (error) {
  if (!(error instanceof BuildFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
