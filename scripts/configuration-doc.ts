/** `npm run docs`: writes docs/configuration.md from the schemas and docs/agent-tools.md from the table of the tools. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentToolsPage } from './agent-tools-doc/page.ts';
import { configurationPage } from './configuration-doc/page.ts';

const docs = join(import.meta.dirname, '../docs');
writeFileSync(join(docs, 'configuration.md'), configurationPage());
writeFileSync(join(docs, 'agent-tools.md'), agentToolsPage());
