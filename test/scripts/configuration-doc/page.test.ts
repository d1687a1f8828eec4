/** docs/configuration.md says what the schemas say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentMeanings, repositoryMeanings } from '../../../scripts/configuration-doc/meanings.ts';
import {
  configurationPage,
  environmentRows,
  repositoryRows,
} from '../../../scripts/configuration-doc/page.ts';

describe('docs/configuration.md', () => {
  it('is what `npm run docs` writes', () => {
    const path = join(import.meta.dirname, '../../../docs/configuration.md');
    expect(readFileSync(path, 'utf8')).toBe(configurationPage());
  });

  it('writes amounts of money as a person would', () => {
    expect(configurationPage()).toMatch(/`PRLT_MAX_SPEND_RUN` \| US dollars: `5`, `0\.5` \| `5` \|/);
    expect(configurationPage()).toMatch(/`PRLT_MAX_SPEND_DAY` \| US dollars: `5`, `0\.5` \| `50` \|/);
  });

  it('knows every setting and no other', () => {
    const keys = (rows: { key: string }[]) => rows.map(({ key }) => key).sort();
    expect(Object.keys(environmentMeanings).sort()).toEqual(keys(environmentRows()));
    expect(Object.keys(repositoryMeanings).sort()).toEqual(keys(repositoryRows()));
  });
});
