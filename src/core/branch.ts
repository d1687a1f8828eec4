/** Names of branches. They reach git's command line, so whatever a title says the name is a safe one. */

import { safeRef } from './branch/safe-ref.ts';
import { slugOf } from './branch/slug.ts';

export const defaultBranchTemplate = '{key}/{kind}/{agent}/{repo}/{slug}';

export interface BranchParts {
  template?: string;
  key: string;
  kind: string;
  agent: string;
  repo: string;
  title: string;
  /** Whether a name is in use; a used one gets `-2`, `-3`, … */
  taken?: (name: string) => boolean;
}

const mostSuffixes = 10_000;

/** `GH-12/feat/bezos/widgets/add-hello`. Unknown placeholders are left out, and so is a slug without any letter. */
export function branchName(parts: BranchParts): string {
  const values: Record<string, string> = {
    key: parts.key,
    kind: parts.kind,
    agent: parts.agent,
    repo: parts.repo,
    slug: slugOf(parts.title),
  };
  const filled = (parts.template ?? defaultBranchTemplate)
    .split('/')
    .map((piece) =>
      piece.replaceAll(/\{(\w*)\}/g, (_, name: string) => values[name]?.replaceAll('/', '-') ?? ''),
    )
    .join('/');
  const name = safeRef(filled, `prlt/${safeRef(parts.key, 'item')}`);
  if (!parts.taken?.(name)) return name;
  for (let suffix = 2; suffix < mostSuffixes; suffix += 1) {
    if (!parts.taken(`${name}-${suffix}`)) return `${name}-${suffix}`;
  }
  throw new Error(`every name from ${name}-2 to ${name}-${mostSuffixes - 1} is taken`);
}
