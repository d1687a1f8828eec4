/** Which part of a repository an item is about, when its configuration has parts. */
import type { Snapshot } from './item.ts';
import { labelValues } from './labels.ts';
import type { Part } from './policy.ts';
import { stripHidden } from './text/hidden.ts';

export interface PartChoice {
  part?: Part;
  /** What people should know about the choice. */
  note?: string;
}

export type AskedText = Pick<Snapshot, 'title' | 'body' | 'labels'>;

/** A label `path:<directory>` says it; else the one part whose directory the visible text names as a path; else none. */
export function partFor(parts: readonly Part[], asked: AskedText): PartChoice {
  if (parts.length === 0) return {};
  const labelled = [...new Set(labelValues(asked.labels, 'path:').map(trimmed))];
  if (labelled.length > 0) return fromLabels(parts, labelled);
  const named = partsNamedIn(parts, `${asked.title}\n${stripHidden(asked.body ?? '').text}`);
  const [only, ...more] = named;
  if (only && more.length === 0) {
    return { part: only, note: chosen(only, 'text') };
  }
  if (only) {
    return {
      note: `It names several parts (${named.map(({ directory }) => `\`${directory}\``).join(', ')}); set-up and profile of the whole repository are used. A label \`path:<directory>\` picks one.`,
    };
  }
  return {};
}

function fromLabels(parts: readonly Part[], labelled: string[]): PartChoice {
  const [directory, ...more] = labelled;
  const part = parts.find((one) => one.directory === directory);
  if (part && more.length === 0) {
    return { part, note: chosen(part, 'label') };
  }
  const why =
    more.length > 0 ? 'Its labels name several parts' : `There is no part \`${directory}\` in \`paths\``;
  return { note: `${why}; set-up and profile of the whole repository are used.` };
}

function chosen({ directory }: Part, by: string): string {
  return `It is about the part \`${directory}\`, as its ${by} says: that part's set-up, profile and image are used where it has its own.`;
}

/** Every word that looks like a path counts for the deepest part it lies in. A bare word is a path only with a slash in it. */
function partsNamedIn(parts: readonly Part[], text: string): Part[] {
  const found = new Set<Part>();
  const deepest = [...parts].sort((a, b) => b.directory.length - a.directory.length);
  for (const [word] of text.matchAll(/[\p{L}\p{N}_.@~/+-]+/gu)) {
    const path = word.replace(/^(?:\.?\/)+/, '').replace(/[.]+$/, '');
    if (!path.includes('/')) continue;
    const part = deepest.find(({ directory }) => path === directory || path.startsWith(`${directory}/`));
    if (part) found.add(part);
  }
  return parts.filter((part) => found.has(part));
}

function trimmed(directory: string): string {
  return directory.replace(/^(?:\.?\/)+|\/+$/g, '');
}
