/** The gates that a branch's changed entries have to pass. What was there before is nobody's business here. */
import type { SecretScan } from '#src/core/text/secrets/scan.ts';
import { ABSENT, type Change } from './changes.ts';
import { followLink, type LinkMap } from './links.ts';
import { objectSizes } from './object-sizes.ts';
import { protectedBy } from './protected-paths.ts';
import { quotePath, type Refusal, refuse } from './refusal.ts';
import { kindOf, parseTree } from './tree.ts';
import type { Workbench } from './unpack.ts';

export interface GateRules {
  /** Globs on top of those that are always protected. */
  protect: readonly string[];
  allowWorkflows: boolean;
  maxFileBytes: number;
  /** What must not be published; undefined searches for nothing. */
  secrets?: SecretScan;
}

/** Links longer than this are no links that any system follows (PATH_MAX). */
const LINK_CAP = 4096;

/** Every refusal that `changes` deserve, whole-branch ones first. `start` is where the run began, `head` the tip. */
export async function passGates(
  bench: Workbench,
  tips: { start: string; head: string },
  changes: Change[],
  rules: GateRules,
): Promise<Refusal[]> {
  const refusals = [
    ...protectedChanges(
      changes,
      protectedBy(rules.protect, rules.allowWorkflows),
      await readLinks(bench, tips.start),
    ),
    ...changes.flatMap(entryRefusals),
    ...(await sizeRefusals(bench, changes, rules.maxFileBytes)),
  ];
  for (const commit of commitsWithLinks(changes)) {
    const changed = changes.filter((change) => change.commit === commit && kindOf(change.mode) === 'link');
    refusals.push(...linkRefusals(await readLinks(bench, commit ?? tips.head), changed));
  }
  return withoutRepeats(refusals);
}

/** A protected file that is a link protects what it points at, or the agent would rewrite it from behind. */
function protectedChanges(
  changes: Change[],
  isProtected: (path: string) => boolean,
  links: LinkMap,
): Refusal[] {
  const ends = new Set<string>();
  for (const path of links.keys()) {
    const end = isProtected(path) ? followLink(path, links) : undefined;
    if (end?.kind === 'inside' && end.path !== '') ends.add(end.path);
  }
  const behind = (path: string) =>
    path.split('/').some((_, index, parts) => ends.has(parts.slice(0, index + 1).join('/')));
  return changes
    .filter(({ path }) => isProtected(path) || behind(path))
    .map((change) => refuse('protected_path', quotePath(change.path), place(change)));
}

function entryRefusals(change: Change): Refusal[] {
  const found: Refusal[] = [];
  if (kindOf(change.mode) === 'gitlink') found.push(refuse('gitlink', quotePath(change.path), place(change)));
  if (change.path.includes('\ufffd'))
    found.push(refuse('path_unreadable', quotePath(change.path), place(change)));
  return found;
}

async function sizeRefusals(bench: Workbench, changes: Change[], maxFileBytes: number): Promise<Refusal[]> {
  const blobs = changes.filter(({ mode }) => mode !== ABSENT && kindOf(mode) !== 'gitlink');
  const sizes = await objectSizes(
    bench,
    blobs.map(({ oid }) => oid),
  );
  return blobs.flatMap((change) => {
    const bytes = sizes.get(change.oid)?.bytes ?? 0;
    const cap = kindOf(change.mode) === 'link' ? LINK_CAP : maxFileBytes;
    if (bytes <= cap) return [];
    return [
      refuse(
        'file_too_large',
        `${quotePath(change.path)} has ${bytes} bytes, ${cap} are allowed.`,
        place(change),
      ),
    ];
  });
}

function commitsWithLinks(changes: Change[]): Set<string | undefined> {
  return new Set(changes.filter(({ mode }) => kindOf(mode) === 'link').map(({ commit }) => commit));
}

/** Also refuses an older link that a changed one on its way now leads out. */
function linkRefusals(links: LinkMap, changed: Change[]): Refusal[] {
  const byPath = new Map(changed.map((change) => [change.path, change]));
  const refusals: Refusal[] = [];
  for (const path of links.keys()) {
    const end = followLink(path, links);
    const culprit = end.through.map((passed) => byPath.get(passed)).find((change) => change !== undefined);
    if (end.kind !== 'outside' || !culprit) continue;
    const target = links.get(path) ?? '';
    refusals.push(
      refuse('link_escapes', `${quotePath(path)} leads to ${quotePath(target)}`, { ...place(culprit), path }),
    );
  }
  return refusals;
}

async function readLinks(bench: Workbench, commit: string): Promise<LinkMap> {
  const bounds = { gitDir: bench.gitDir, limits: bench.limits, signal: bench.signal };
  const tree = await bench.git.run({
    ...bounds,
    args: ['ls-tree', '-r', '-z', '--full-tree', '--long', commit],
    maxOutput: 256 * 1024 * 1024,
  });
  const entries = parseTree(tree.stdout).filter(({ kind, bytes }) => kind === 'link' && bytes <= LINK_CAP);
  if (entries.length === 0) return new Map();
  const { stdout } = await bench.git.run({
    ...bounds,
    args: ['cat-file', '--batch', '--buffer'],
    input: entries.map(({ oid }) => `${oid}\n`).join(''),
    maxOutput: entries.length * (LINK_CAP + 128),
  });
  const links = new Map<string, string>();
  let at = 0;
  for (const { path, bytes } of entries) {
    const body = stdout.indexOf('\n', at) + 1;
    links.set(path, stdout.toString('utf8', body, body + bytes));
    at = body + bytes + 1;
  }
  return links;
}

function place(change: Change): { path: string; commit?: string } {
  return change.commit === undefined ? { path: change.path } : { path: change.path, commit: change.commit };
}

/** What the final tree shows needs no second mention for the commit that brought it. */
function withoutRepeats(refusals: Refusal[]): Refusal[] {
  const seen = new Set<string>();
  const ordered = [...refusals].sort(
    (a, b) => Number(a.commit !== undefined) - Number(b.commit !== undefined),
  );
  return ordered.filter(({ code, path }) => {
    const key = `${code}\0${path}`;
    return !seen.has(key) && seen.add(key);
  });
}
