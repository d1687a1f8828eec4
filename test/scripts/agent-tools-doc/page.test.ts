/** docs/agent-tools.md says what the table of the tools says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agentToolsPage } from '../../../scripts/agent-tools-doc/page.ts';

it('is what `npm run docs` writes', () => {
  const path = join(import.meta.dirname, '../../../docs/agent-tools.md');
  expect(readFileSync(path, 'utf8')).toBe(agentToolsPage());
});
