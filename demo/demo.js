/** The entry of `npm run demo`: JavaScript, so that an older Node can say what is missing. */
const needed = 24;

if (Number(process.versions.node.split('.')[0]) < needed) {
  console.error(
    `prlt needs Node ${needed} or newer and this is ${process.version}. \`npm ci\` brings it along: \`npm ci && npm run demo\`.`,
  );
  process.exitCode = 1;
} else {
  const { runDemo } = await import('./run.ts');
  process.exitCode = await runDemo(process.argv.slice(2));
}
