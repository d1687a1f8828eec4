/** Where the data is, for commands that need no other setting. */
import { resolve } from 'node:path';
import { environment } from '../config/settings.ts';

export function dataDirOf({ PRLT_DATA_DIR }: Record<string, string | undefined>): string {
  return resolve(environment.shape.PRLT_DATA_DIR.parse(PRLT_DATA_DIR || undefined));
}
