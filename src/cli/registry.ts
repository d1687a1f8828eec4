/** The commands of the `prlt` tool. */
import type { CliCommand } from './command.ts';
import { doctor } from './doctor.ts';

export const cliCommands: readonly CliCommand[] = [doctor];
