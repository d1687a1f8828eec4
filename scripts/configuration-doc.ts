/** `npm run docs`: writes docs/configuration.md from the schemas. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './configuration-doc/page.ts';

writeFileSync(join(import.meta.dirname, '../docs/configuration.md'), configurationPage());
