/** `prlt-agent`: the agent's tools from a shell, for whatever speaks no MCP. Needs nothing but Node. */
import { readFileSync } from 'node:fs';
import { runCommand } from './run-command.ts';

const { code, out, err } = await runCommand({
  argv: process.argv.slice(2),
  url: process.env['PRLT_MCP_URL'],
  stdin: () => readFileSync(0, 'utf8'),
  patienceMs: 60_000,
});
if (out) process.stdout.write(`${out}\n`);
if (err) process.stderr.write(`${err}\n`);
process.exitCode = code;
