/** Refuses a branch that would publish a secret: in its files, their names, or what its commits say. */
import { setImmediate as others } from 'node:timers/promises';
import type { SecretScan } from '#src/core/text/secrets/scan.ts';
import type { Found } from '#src/core/text/secrets/secret.ts';
import { ABSENT, type Change } from './changes.ts';
import { objectSizes } from './object-sizes.ts';
import { readBlobs } from './read-blobs.ts';
import { quotePath, type Refusal, refuse } from './refusal.ts';
import { kindOf } from './tree.ts';
import type { Workbench } from './unpack.ts';

/**
 * Bytes: what is searched at once before others get their turn, and what of one file and of one branch is searched for
 * the service's own secrets and for tokens of known forms. What lies beyond is not searched: this is the second line.
 */
const chunk = 256 * 1024;
const overlap = 8 * 1024;
const most = { own: { all: 256 * 2 ** 20 }, any: { file: 2 * 2 ** 20, all: 64 * 2 ** 20 } };

/** @param commits as `commitsOf` tells them */
export async function secretRefusals(
  bench: Workbench,
  changes: Change[],
  commits: readonly { sha: string; raw: string }[],
  scan: SecretScan,
): Promise<Refusal[]> {
  const found: { refusal: Refusal; mark: string }[] = [];
  const left = { own: most.own.all, any: most.any.all };
  for (const { sha, raw } of commits) {
    for (const { mark, ...one } of await search(bench, raw, scan, left))
      found.push({
        mark,
        refusal: refusal(`Commit ${sha.slice(0, 10)} names ${one.kind}`, one, {}),
      });
  }
  const places = Map.groupBy(
    changes.filter(({ mode }) => mode !== ABSENT && kindOf(mode) !== 'gitlink'),
    ({ oid }) => oid,
  );
  for (const [oid, finds] of await searchBlobs(bench, [...places.keys()], scan)) {
    for (const { mark, ...one } of finds) {
      const all = places.get(oid) ?? [];
      const atEnd = all.filter(({ commit }) => commit === undefined);
      for (const { path, commit } of atEnd.length > 0 ? atEnd : all.slice(0, 1)) {
        const place = commit === undefined ? { path } : { path, commit };
        found.push({ mark, refusal: refusal(`${safely(path, scan)} holds ${one.kind}`, one, place) });
      }
    }
  }
  for (const path of new Set(changes.filter(({ mode }) => mode !== ABSENT).map((change) => change.path))) {
    for (const { mark, ...one } of scan.find(path))
      found.push({ mark, refusal: refusal(`The name of a changed file holds ${one.kind}`, one, {}) });
  }
  if (found.length === 0) return [];
  const old = await marksBefore(bench, changes, scan);
  return found.filter(({ mark }) => !old.has(mark)).map(({ refusal }) => refusal);
}

function refusal(
  detail: string,
  { own }: Pick<Found, 'own'>,
  place: { path?: string; commit?: string },
): Refusal {
  return refuse(own ? 'own_secret' : 'secret', detail, place);
}

/** A path may itself be the secret. */
function safely(path: string, scan: SecretScan): string {
  return scan.find(path).length > 0 ? 'A changed file' : quotePath(path);
}

/** Of what the changed files held before: what was there, or only moved, is not this branch's doing. */
async function marksBefore(bench: Workbench, changes: Change[], scan: SecretScan): Promise<Set<string>> {
  const entries = changes.filter(({ commit }) => commit === undefined).flatMap(({ before }) => before);
  const oids = entries
    .filter(({ mode }) => mode !== ABSENT && kindOf(mode) !== 'gitlink')
    .map(({ oid }) => oid);
  const found = await searchBlobs(bench, oids, scan);
  return new Set([...found.values()].flatMap((finds) => finds.map(({ mark }) => mark)));
}

async function searchBlobs(
  bench: Workbench,
  oids: Iterable<string>,
  scan: SecretScan,
): Promise<Map<string, Found[]>> {
  const sizes = await objectSizes(bench, oids);
  const found = new Map<string, Found[]>();
  const blobs = [...sizes].map(([oid, { bytes }]) => ({ oid, bytes })).toSorted((a, b) => a.bytes - b.bytes);
  const left = { own: most.own.all, any: most.any.all };
  const within = blobs.filter(({ bytes }) => {
    left.own -= bytes;
    return left.own >= 0;
  });
  for await (const { oid, content } of readBlobs(bench, within)) {
    const finds = await search(bench, content.toString('latin1'), scan, left);
    if (finds.length > 0) found.set(oid, finds);
  }
  return found;
}

/** In parts that overlap, so that a large file holds up nobody else. Each secret once. */
async function search(
  bench: Workbench,
  text: string,
  scan: SecretScan,
  left: { any: number },
): Promise<Found[]> {
  const finds = new Map<string, Found>();
  for (let at = 0; at < text.length; at += chunk - overlap) {
    bench.signal.throwIfAborted();
    const part = text.slice(at, at + chunk);
    const any = at < most.any.file && left.any > 0;
    if (any) left.any -= part.length;
    for (const one of any ? scan.find(part) : scan.findOwn(part)) finds.set(one.mark, one);
    if (text.length > chunk) await others();
  }
  return [...finds.values()];
}

/** Every commit that `head` has and `not` do not, with all that it says: people, message, signature. */
export async function commitsOf(
  bench: Workbench,
  head: string,
  not: readonly string[],
): Promise<{ sha: string; raw: string }[]> {
  const { stdout } = await bench.git.run({
    gitDir: bench.gitDir,
    args: ['rev-list', '--header', head, '--not', ...not, '--'],
    limits: bench.limits,
    signal: bench.signal,
    maxOutput: 64 * 2 ** 20,
  });
  return stdout
    .toString('latin1')
    .split('\0')
    .filter(Boolean)
    .map((entry) => ({ sha: entry.slice(0, 40), raw: entry.slice(41) }));
}
