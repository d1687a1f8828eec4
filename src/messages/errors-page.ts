/** Renders docs/errors.md from the catalogue. */
import type { ErrorEntry } from '#src/core/errors/error-entry.ts';

export function errorsPage(catalogue: Readonly<Record<string, ErrorEntry>>): string {
  const entries = Object.entries(catalogue);
  return [
    '# Errors',
    '',
    'Every error that prlt shows has one of these codes. This page is generated from `src/core/errors/`;',
    'a test fails when the two differ, and `UPDATE_DOCS=1 npx vitest run test/messages/errors-page.test.ts` writes it anew.',
    '',
    ...entries.map(([code]) => `- [\`${code}\`](#${code.toLowerCase()})`),
    ...entries.flatMap(([code, entry]) => ['', ...entryLines(code, entry)]),
    '',
  ].join('\n');
}

function entryLines(code: string, { meaning, check, todo }: ErrorEntry): string[] {
  return [
    `## ${code}`,
    '',
    meaning,
    '',
    'Check, in this order:',
    '',
    ...check.map((step, index) => `${index + 1}. ${step}`),
    '',
    `What to do: ${todo}`,
  ];
}
