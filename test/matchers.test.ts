/** Vitest's `toMatchObject` takes any string where a regular expression is expected: only `expect.stringMatching` looks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { expect, test } from 'vitest';
import { filesUnder, projectRoot } from './support/source-files.ts';

interface Node {
  type: string;
  start: number;
  regex?: object;
  callee?: { property?: { name?: string } };
  arguments?: unknown;
}

/** Lines on which a regular expression is what `toMatchObject` is given, by itself or as a value. */
function blindLines(code: string): number[] {
  const found: number[] = [];
  const walk = (part: unknown, given: boolean): void => {
    if (part === null || typeof part !== 'object') return;
    // Lists are walked as what they are: objects with an entry for each place.
    const node = part as Node;
    if (node.regex && given) found.push(code.slice(0, node.start).split('\n').length);
    for (const [name, child] of Object.entries(node)) {
      const isCall = node.type === 'CallExpression' && name === 'arguments';
      walk(child, isCall ? node.callee?.property?.name === 'toMatchObject' : given);
    }
  };
  walk(parseAst(code, { lang: 'ts' }), false);
  return found;
}

test('no assertion that any string passes', () => {
  const blind = filesUnder(['test']).flatMap((path) =>
    blindLines(readFileSync(join(projectRoot, path), 'utf8')).map((line) => `${path}:${line}`),
  );
  expect(blind).toEqual([]);
});

test('they are found, and the others are not taken for one', () => {
  const bare = 'expect(a).toMatchObject({ b: [{ c: /d/ }] });';
  const seeing = 'expect(a).toMatchObject({ b: expect.stringMatching(/d/) });\nexpect(a).toMatch(/d/);';
  expect(blindLines(`${seeing}\n${bare}`)).toEqual([3]);
});
