/** Why a handed-over branch is not taken, one sentence per reason. */

export type RefusalCode =
  | 'bundle_missing'
  | 'bundle_invalid'
  | 'prerequisite_missing'
  | 'head_mismatch'
  | 'not_descendant'
  | 'fsck'
  | 'incomplete'
  | 'too_large'
  | 'too_many_files'
  | 'too_many_commits'
  | 'took_too_long'
  | 'file_too_large'
  | 'protected_path'
  | 'gitlink'
  | 'link_escapes'
  | 'path_unreadable'
  | 'own_secret'
  | 'secret';

/** `path` and `commit` are set where one entry is at fault; `commit` only when the final tree does not show it. */
export interface Refusal {
  code: RefusalCode;
  path?: string;
  commit?: string;
  sentence: string;
}

const SENTENCES: Record<RefusalCode, (detail: string) => string> = {
  bundle_missing: () => 'The run handed over no branch.',
  bundle_invalid: (detail) => `The branch could not be read: ${detail}`,
  prerequisite_missing: (detail) => `The branch builds on something that GitHub does not have: ${detail}`,
  head_mismatch: (detail) => `The branch is not what the run announced: ${detail}`,
  not_descendant: () => 'The branch does not continue from the commit that the run started from.',
  fsck: (detail) => `Git's own check refuses an object of the branch: ${detail}`,
  incomplete: (detail) => `The branch refers to objects that were not handed over: ${detail}`,
  too_large: (detail) => `The branch is too large: ${detail}`,
  too_many_files: (detail) => `The branch changes too many files: ${detail}`,
  too_many_commits: (detail) => `The branch has too many commits: ${detail}`,
  took_too_long: () => 'Checking the branch took too long.',
  file_too_large: (detail) => `${detail}`,
  protected_path: (detail) => `${detail} is protected: people change it, agents do not.`,
  gitlink: (detail) => `${detail} is a new or changed submodule link, which agents may not set.`,
  link_escapes: (detail) => `${detail}, which is outside of the repository.`,
  path_unreadable: (detail) => `The name ${detail} is not valid UTF-8.`,
  own_secret: (detail) => `${detail}.`,
  secret: (detail) => `${detail}.`,
};

/** Text in `detail` that comes from the branch must be quoted by the caller. */
export function refuse(
  code: RefusalCode,
  detail = '',
  place: { path?: string; commit?: string } = {},
): Refusal {
  const where = place.commit ? ` (in commit ${place.commit.slice(0, 10)}, though not at the end)` : '';
  return { code, ...place, sentence: SENTENCES[code](detail) + where };
}

/** A path for a sentence: quoted, without anything that could break out of a line. */
export function quotePath(path: string): string {
  const plain = path.replace(/[\p{Cc}\p{Cf}`]/gu, '?');
  return `\`${plain.length > 200 ? `…${plain.slice(-199)}` : plain}\``;
}
