/** What the App may do and hears, against what `app.yml` asks for. */
import type { AppDescription } from '../../http/setup/manifest.ts';
import { broken, type Finding, ok, weak } from './finding.ts';

export type Permissions = Readonly<Record<string, string | undefined>>;

const levels = ['read', 'write', 'admin'];

/** Without these no item can be worked on. */
const vital = new Set(['metadata', 'contents', 'issues', 'pull_requests', 'checks']);

/** `issues: write` for each permission that is missing or too low. */
export function missingPermissions(wanted: Permissions, held: Permissions): string[] {
  return Object.entries(wanted)
    .filter(([name, level]) => levels.indexOf(held[name] ?? '') < levels.indexOf(level ?? ''))
    .map(([name, level]) => `${name}: ${level}`);
}

/** @param whose for the sentence: `The App`, `The installation on acme` */
export function judgePermissions(whose: string, wanted: Permissions, held: Permissions): Finding {
  const missing = missingPermissions(wanted, held);
  if (missing.length === 0)
    return ok('permissions', `${whose} has all ${Object.keys(wanted).length} of app.yml`);
  const says = `${whose} lacks ${missing.join(', ')}.`;
  const todo =
    whose === 'The App'
      ? 'Add them on its settings page, under Permissions.'
      : 'An owner has to accept them there.';
  const needed = missing.some((one) => vital.has(one.split(':')[0] ?? ''));
  return needed
    ? broken('permissions', says, todo)
    : weak('permissions', `${says} What needs them does not work.`, todo);
}

/** More than is asked for is more than can be lost. */
export function judgeExcess(wanted: Permissions, held: Permissions): Finding[] {
  const more = missingPermissions(held, wanted);
  if (more.length === 0) return [];
  return [
    weak(
      'permissions',
      `The App has more than it needs: ${more.join(', ')}.`,
      'Take them away on its settings page.',
    ),
  ];
}

export function judgeEvents({ default_events: wanted }: AppDescription, held: readonly string[]): Finding {
  const missing = wanted.filter((event) => !held.includes(event));
  if (missing.length === 0) return ok('events', `The App hears all ${wanted.length} of app.yml`);
  return weak(
    'events',
    `The App does not hear ${missing.join(', ')}.`,
    'Subscribe to them on its settings page, under Permissions & events.',
  );
}
