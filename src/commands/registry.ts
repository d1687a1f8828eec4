/** Every command there is, in the order that help lists them. */
import type { Command } from './command.ts';
import { help } from './help.ts';
import { peek } from './peek.ts';
import { poke } from './poke.ts';
import { retry } from './retry.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { why } from './why.ts';

export const commands: readonly Command[] = [start, stop, retry, poke, peek, status, why, help];
