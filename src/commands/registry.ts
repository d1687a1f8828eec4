/** Every command there is, in the order that help lists them. */
import type { Command } from './command.ts';
import { help } from './help.ts';
import { poke } from './poke.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';

export const commands: readonly Command[] = [start, stop, poke, status, help];
