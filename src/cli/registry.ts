/** The commands of the `prlt` tool. */
import { backup } from './backup.ts';
import type { CliCommand } from './command.ts';
import { doctor } from './doctor.ts';
import { prompt } from './prompt.ts';
import { restore } from './restore.ts';
import { uninstall } from './uninstall.ts';

export const cliCommands: readonly CliCommand[] = [doctor, prompt, backup, restore, uninstall];
