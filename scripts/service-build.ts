/** `npm run service:build [-- --base IMAGE]`: makes the service's image `prlt:latest` from this checkout and its packages. */
import { parseArgs } from 'node:util';
import { BuildFailed } from './runners-build/build.ts';
import { buildService } from './service-build/build.ts';

const { values } = parseArgs({ options: { base: { type: 'string' } } });
try {
  await buildService({ base: values.base, tell: (line) => console.log(line) });
} catch (error) {
  if (!(error instanceof BuildFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
