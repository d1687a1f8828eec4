/** Tokens that give themselves away by how they look. Only forms that nothing else has: a false alarm stops somebody's work. */

export interface Format {
  kind: string;
  /** One of them is in every match; looked for first, since it is much cheaper. */
  anchors: readonly string[];
  /** Whatever it stands in, it is one: no further look at how random it is. */
  sure?: true;
  /** Linear: every repetition has a bound, or nothing after it. */
  pattern: RegExp;
}

export const formats: readonly Format[] = [
  {
    kind: 'a GitHub token',
    anchors: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    pattern: /gh[opusr]_(?:[A-Za-z0-9]{36}|\d{1,12}_[\w-]{16,900}(?:\.[\w-]{16,900}){1,2})/g,
  },
  {
    kind: 'a GitHub token',
    anchors: ['github_pat_'],
    pattern: /github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}/g,
  },
  {
    kind: 'an AWS access key',
    anchors: ['AKIA', 'ASIA'],
    pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])/g,
  },
  {
    kind: 'a private key',
    sure: true,
    anchors: ['PRIVATE KEY', 'PRIVATEKEY'],
    pattern:
      /-----BEGIN ?[A-Z ]{0,24}PRIVATE ?KEY(?: ?BLOCK)?-----(?:(?!-----)[\s\S]){0,160}?[A-Za-z0-9+/]{40}/g,
  },
  { kind: 'an Anthropic key', anchors: ['sk-ant-'], pattern: /sk-ant-[a-z]{2,12}\d\d-[\w-]{60,200}/g },
  {
    kind: 'an OpenAI key',
    anchors: ['sk-proj-', 'sk-svcacct-'],
    pattern: /sk-(?:proj|svcacct)-[\w-]{40,250}/g,
  },
  {
    kind: 'an OpenAI key',
    anchors: ['T3BlbkFJ'],
    pattern: /sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}/g,
  },
  { kind: 'a Slack token', anchors: ['xox'], pattern: /xox[abeoprs]-\d{8,14}-[\dA-Za-z-]{20,200}/g },
  { kind: 'an npm token', anchors: ['npm_'], pattern: /npm_[A-Za-z0-9]{36}/g },
  { kind: 'a Linear key', anchors: ['lin_api_'], pattern: /lin_api_[A-Za-z0-9]{40}/g },
  { kind: 'a GitLab token', anchors: ['glpat-'], pattern: /glpat-[\w-]{20,60}/g },
];

/** A made-up one of a manual or a template: too few different characters, no digits, or said to be an example. */
export function isPlaceholder(token: string): boolean {
  if (/example|placeholder|redacted|your[-_]?(?:token|key)/i.test(token)) return true;
  const body = token.slice(token.startsWith('-----') ? -40 : 8);
  return (
    new Set(body).size < 9 || !/\d/.test(body) || /(.)\1{7}/.test(body) || /0123456789|abcdefghij/i.test(body)
  );
}
