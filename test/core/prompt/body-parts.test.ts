import { describe, expect, it } from 'vitest';
import { specPaths, splitCriteria, subtasks } from '#src/core/prompt/body-parts.ts';

describe('acceptance criteria', () => {
  it.each<[string, string, string | undefined]>([
    ['a heading', '# A\nx\n## Acceptance criteria\n- a\n- b\n## Notes\nn', '- a\n- b'],
    ['smaller headings inside', '## Acceptance Criteria:\na\n### Part\nb\n## End', 'a\n### Part\nb'],
    ['done', 'x\n#### ✅ Definition of Done\n- a', '- a'],
    ['a bold line', 'x\n\n**Acceptance criteria:**\n- a\n\n**Notes**\nn', '- a'],
    ['an underlined heading', 'Acceptance criteria\n---\n- a\n\nNotes\n---\nn', '- a'],
    ['a checklist', 'x\n- [ ] a\n  - [ ] inner\n* [x] b', '- [ ] a\n* [x] b'],
    ['a heading inside a fence', '```\n# Acceptance criteria\na\n```', undefined],
    ['nothing', 'just text', undefined],
    ['an empty section', '## Acceptance criteria\n\n## Notes\nn', undefined],
  ])('from %s', (_, body, expected) => {
    expect(splitCriteria(body).criteria).toBe(expected);
  });

  it('leaves the rest of the body', () => {
    expect(splitCriteria('a\n## Acceptance criteria\nb\n## Notes\nc').rest).toBe('a\n## Notes\nc');
    expect(splitCriteria(null)).toEqual({ rest: '' });
  });
});

it('finds subtasks outside code', () => {
  expect(subtasks('- [ ] a\n  * [X] b\n1. [x] c\n- plain\n\n```\n- [ ] d\n```')).toEqual([
    { title: 'a', done: false },
    { title: 'b', done: true },
    { title: 'c', done: true },
  ]);
});

describe('specs', () => {
  it.each<[string, string[]]>([
    ['spec: docs/a.md', ['docs/a.md']],
    ['Spec: `docs/a.md`\n- spec: ./b.md', ['docs/a.md', 'b.md']],
    ['spec: [the spec](docs/a.md)', ['docs/a.md']],
    ['spec: a.md\nspec: a.md', ['a.md']],
    ['spec: ../secret', []],
    ['spec: a/../../b', []],
    ['spec: /etc/passwd', []],
    ['spec: C:\\x', []],
    ['spec: https://x/y', []],
    ['spec: .git/config', []],
    ['spec: --upload-pack=x', []],
    ['```\nspec: a.md\n```', []],
    ['the spec: a.md', []],
  ])('%j', (body, expected) => {
    expect(specPaths(body)).toEqual(expected);
  });

  it('are ten at most', () => {
    expect(specPaths(Array.from({ length: 30 }, (_, n) => `spec: ${n}.md`).join('\n'))).toHaveLength(10);
  });
});
