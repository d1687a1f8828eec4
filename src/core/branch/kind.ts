/** The kind of change in a branch name and a title: what the item's type and labels say it is. */

export type BranchKind = 'feat' | 'fix' | 'docs' | 'test' | 'chore';

const byWord: Record<string, BranchKind> = {
  bug: 'fix',
  bugfix: 'fix',
  defect: 'fix',
  fix: 'fix',
  hotfix: 'fix',
  regression: 'fix',
  doc: 'docs',
  docs: 'docs',
  documentation: 'docs',
  test: 'test',
  tests: 'test',
  testing: 'test',
  build: 'chore',
  chore: 'chore',
  ci: 'chore',
  dependencies: 'chore',
  deploy: 'chore',
  maintenance: 'chore',
  refactor: 'chore',
  refactoring: 'chore',
};

/** `type` is the item's type or the board's issue type. Labels may carry a prefix, as in `type:docs` or `kind/bug`. */
export function branchKind({ type, labels }: { type?: string; labels: readonly string[] }): BranchKind {
  const words = [type ?? '', ...labels].map((word) =>
    word
      .toLowerCase()
      .replace(/^(?:type|kind)\s*[:/]\s*/, '')
      .trim(),
  );
  const kinds = words.map((word) => (Object.hasOwn(byWord, word) ? byWord[word] : undefined));
  return kinds.find((kind) => kind !== undefined) ?? 'feat';
}
