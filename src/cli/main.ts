/** The `prlt` tool: finds the command and runs it. */
import { withEnvFile } from '../config/env-file.ts';
import { applyNetwork } from '../config/network.ts';
import type { Terminal } from './command.ts';
import { cliCommands } from './registry.ts';

/** @returns the exit code: 2 when the command line itself is wrong */
export async function main(args: readonly string[]): Promise<number> {
  // Node and the Docker client read the environment themselves, so the file has to be in it.
  Object.assign(process.env, withEnvFile('.env', process.env));
  const terminal: Terminal = {
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  };
  const [name, ...rest] = args;
  const command = cliCommands.find((each) => each.name === name);
  if (!command) {
    const wanted = name === undefined || name === 'help' || name === '--help' || name === '-h';
    (wanted ? terminal.out : terminal.err)(`${wanted ? '' : `There is no command ${name}.\n\n`}${listing()}`);
    return wanted ? 0 : 2;
  }
  const problem = applyNetwork(process.env);
  if (problem) {
    terminal.err(`${problem}\n`);
    return 1;
  }
  return command.run(rest, terminal);
}

const listing = (): string =>
  `Usage: prlt <command>\n\n${cliCommands.map(({ usage, summary }) => `  ${usage.padEnd(24)} ${summary}\n`).join('')}`;
