#!/usr/bin/env node
/** The entry of `prlt`: JavaScript, so that an older Node can say what is missing. */
const needed = 24;

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `prlt needs Node ${needed} or newer and this is ${process.version}. \`npm ci\` brings it along: \`npm ci && npx prlt\`.\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('../src/cli/main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
