/** The entry of `npm start`: JavaScript, so that an older Node can say what is missing. */
import { existsSync } from 'node:fs';

const needed = 24;

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `prlt needs Node ${needed} or newer and this is ${process.version}. \`npm ci\` brings it along: \`npm ci && npm start\`.\n`,
  );
  process.exitCode = 1;
} else if (!existsSync(new URL('../node_modules', import.meta.url))) {
  process.stderr.write('The packages of prlt are not installed: run `npm ci` first.\n');
  process.exitCode = 1;
} else {
  await import('./main.ts');
}
