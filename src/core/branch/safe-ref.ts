/** Makes any text a branch name that git and GitHub take (git-check-ref-format, and nothing a shell or option parser minds). */

const longestComponent = 100;
const longestName = 200;

/** `fallback` is used when nothing is left, and in front of names that git or GitHub would take for something else. */
export function safeRef(text: string, fallback: string): string {
  const name = text
    .split('/')
    .map(component)
    .filter((part) => part !== '')
    .join('/')
    .slice(0, longestName)
    .replace(/[/.-]+$/, '');
  if (name === '') return fallback;
  // GitHub refuses names that look like a commit, git's porcelain a branch called HEAD, and refs/… is ambiguous.
  const ambiguous = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|HEAD|refs\/.*)$/i.test(name);
  return ambiguous ? `${fallback}/${name}` : name;
}

function component(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._+-]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/-{2,}/g, '-')
    .slice(0, longestComponent)
    .replace(/^[.-]+/, '')
    .replace(/(?:\.lock|[.-])+$/i, '');
}
