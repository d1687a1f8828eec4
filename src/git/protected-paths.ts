/** Which paths people keep to themselves. */
import { runners } from '#runners/registry.ts';

/** What a CLI takes its configuration from is kept out of a checkout, and no agent is to write it for the next one. */
const masked = runners.flatMap(({ masks }) => masks.map((mask) => `**/${mask.replace(/\/?$/, '/**')}`));

/**
 * Protected in every repository, whatever its configuration says: automation, ownership, and what steers agents, those
 * that people run themselves included.
 */
const ALWAYS_PROTECTED: readonly string[] = [
  ...new Set(masked),
  '.github/**',
  'CODEOWNERS',
  'docs/CODEOWNERS',
  '**/AGENTS.md',
  '**/AGENTS.override.md',
  '**/CLAUDE.md',
  '**/CLAUDE.local.md',
  '**/GEMINI.md',
  '**/QWEN.md',
  '**/.cursorrules',
  '**/.clinerules/**',
  '**/.windsurfrules',
  '**/opencode.json*',
  '**/.copilot/**',
  '**/.cursor/**',
  '**/.gemini/**',
  '**/.windsurf/**',
  '**/.github/copilot-instructions.md',
  '**/.vscode/mcp.json',
];

const WORKFLOWS = compile('.github/workflows/**');

/**
 * Answers whether a path is protected. Globs know `*`, `?` and `**`; `dir/**` also stands for `dir` itself. Case and
 * characters that a file system may ignore make no difference. `allowWorkflows` is the operator's word on workflow files.
 */
export function protectedBy(globs: readonly string[], allowWorkflows: boolean): (path: string) => boolean {
  const patterns = [...ALWAYS_PROTECTED, ...globs].map(compile);
  return (path) => {
    const name = canonical(path);
    if (allowWorkflows && WORKFLOWS.test(name)) return false;
    return patterns.some((pattern) => pattern.test(name));
  };
}

/** As a forgiving file system would see it: HFS+ drops format characters, NTFS trailing dots and spaces. */
function canonical(path: string): string {
  return path
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase()
    .split('/')
    .map((part) => part.replace(/(?<=[^. ])[. ]+$/, ''))
    .join('/');
}

/** One star run per segment is matched without backtracking into others, so a glob of many stars stays cheap. */
function compile(glob: string): { test(name: string): boolean } {
  const trimmed = glob.replace(/^\.?\/+/, '').replace(/\/+$/, '/**');
  const parts = canonical(trimmed).split('/');
  return { test: (name) => matchParts(parts, name.split('/')) };
}

function matchParts(glob: string[], path: string[]): boolean {
  const [first, ...rest] = glob;
  if (first === undefined) return path.length === 0;
  if (first === '**') {
    if (rest.length === 0) return true;
    return path.some((_, index) => matchParts(rest, path.slice(index)));
  }
  const [head, ...tail] = path;
  return head !== undefined && matchPart(first, head) && matchParts(rest, tail);
}

/** The usual two-pointer wildcard match: linear but for the last star. */
function matchPart(glob: string, text: string): boolean {
  let [g, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (glob[g] === '*') {
      star = g++;
      mark = t;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
