/** `npm run runners:build [-- --base IMAGE] [--only command,claude]`: makes sure that the runners' images exist. */
import { parseArgs } from 'node:util';
import { BuildFailed, buildRunners } from './runners-build/build.ts';

const { values } = parseArgs({ options: { base: { type: 'string' }, only: { type: 'string' } } });
try {
  await buildRunners({ base: values.base, only: values.only?.split(','), tell: (line) => console.log(line) });
} catch (error) {
  if (!(error instanceof BuildFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
