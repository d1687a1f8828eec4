/** Where the work of a run that was not published can be fetched. */
import { inlineCode } from '#src/core/text/inline-code.ts';

/** `url` is the repository's, `ref` a full ref in it, where it stays for so many days. */
export function keptAsRef(url: string, ref: string, days: number): string {
  return `The work so far is kept for ${days} days: ${inlineCode(`git fetch ${url} ${ref} && git switch --detach FETCH_HEAD`, 400)}`;
}

/** `path` is a bundle on the machine of the service, where it stays for so many days. */
export function keptAsFile(key: string, path: string, branch: string, days: number): string {
  const command = `git fetch ${path} ${branch}`;
  return `The work on ${inlineCode(key, 100)} so far is kept on the machine of the service for ${days} days: ${inlineCode(command, 400)}`;
}
