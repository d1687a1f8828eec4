/** The repository's own preparation of a checkout: its steps, one by one, before the agent begins. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkout } from './checkout.ts';
import type { Journal } from './journal.ts';
import { exclude, listed } from './masks.ts';
import type { Assignment } from './protocol.ts';
import type { Settings } from './settings.ts';
import { runStep } from './setup-step.ts';
import type { Transcript } from './transcript.ts';
import type { Failure } from './verdict.ts';

export interface Setup {
  assignment: Assignment;
  settings: Settings;
  checkout: Checkout;
  /** The agent's environment. */
  env: NodeJS.ProcessEnv;
  journal: Journal;
  transcript: Transcript;
  stop: AbortSignal;
  /** Ends every process but the shim. */
  kill: () => Promise<void>;
}

/** Not when the same steps have prepared this workspace before. */
export function isSetupDue({ setup }: Assignment, settings: Settings): boolean {
  if (setup.every(({ steps }) => steps.length === 0)) return false;
  try {
    return readFileSync(markerPath(settings), 'utf8') !== hashOf(setup);
  } catch {
    return true;
  }
}

/** A failure is what went wrong, also when the run was stopped meanwhile. What the steps leave behind is kept out of the change. */
export async function runSetup(setup: Setup): Promise<Failure | undefined> {
  const { assignment, settings, checkout, journal } = setup;
  const { setupMs } = assignment.limits;
  rmSync(markerPath(settings), { force: true });
  const before = await stateOf(checkout);
  const until = performance.now() + setupMs;
  const failure = await runSteps(setup, until);
  setup.transcript.flush();
  for (const text of await settle(setup, before)) journal.append({ type: 'note', text });
  if (failure === undefined) writeFileSync(markerPath(settings), hashOf(assignment.setup));
  return failure;
}

async function runSteps(setup: Setup, until: number): Promise<Failure | undefined> {
  const { assignment, checkout, env, journal, transcript, stop, kill } = setup;
  for (const { directory, steps } of assignment.setup) {
    const cwd = join(checkout.path, directory);
    if (!existsSync(cwd)) return { cause: 'setup', error: `the folder ${directory} is not in the checkout` };
    for (const command of steps) {
      const say = (text: string, stream: 'stdout' | 'stderr') => transcript.say(text, stream);
      const end = await runStep({ command, cwd, env, say, stop, until, kill });
      const shown = command.split('\n')[0]?.slice(0, 200) ?? '';
      if (end.kind === 'not_started') return { cause: 'setup', error: `\`${shown}\`: ${end.error}` };
      const { exitCode, ms, lastLines } = end;
      const said = exitCode === 0 ? {} : { lastLines };
      journal.append({ type: 'setup_step', command: command.slice(0, 4_000), exitCode, ms, ...said });
      if (end.kind === 'late') {
        const seconds = Math.round(assignment.limits.setupMs / 1000);
        const error = `it took longer than limits.setup (${seconds} s), in the step \`${shown}\``;
        return { cause: 'setup_time', error, lastLines };
      }
      if (stop.aborted) return { cause: 'setup', error: 'the run was stopped' };
      if (exitCode !== 0)
        return {
          cause: 'setup',
          error: `\`${shown}\` ended with exit code ${exitCode}`,
          exitCode,
          lastLines,
        };
    }
  }
  return undefined;
}

interface TreeState {
  untracked: Set<string>;
  changed: Set<string>;
}

async function stateOf({ git }: Checkout): Promise<TreeState> {
  const status = await git.run(['status', '--porcelain', '-z', '--no-renames', '--untracked-files=normal']);
  const state: TreeState = { untracked: new Set(), changed: new Set() };
  for (const entry of status.split('\0').filter(Boolean))
    (entry.startsWith('??') ? state.untracked : state.changed).add(entry.slice(3));
  return state;
}

/** What the steps made is not the agent's work. Returns what people should know. */
async function settle({ checkout }: Setup, before: TreeState): Promise<string[]> {
  const after = await stateOf(checkout);
  const made = [...after.untracked].filter((path) => !before.untracked.has(path));
  const changed = [...after.changed].filter((path) => !before.changed.has(path));
  await exclude(checkout.path, made);
  return [
    ...(made.length > 0
      ? [
          `Set-up left files that the repository does not ignore; they stay out of the change: ${listed(made)}.`,
        ]
      : []),
    ...(changed.length > 0
      ? [
          `Set-up changed files of the repository, which go into the change unless the agent puts them back: ${listed(changed)}.`,
        ]
      : []),
  ];
}

function markerPath(settings: Settings): string {
  return join(settings.work, '.prlt', 'setup-done');
}

function hashOf(setup: Assignment['setup']): string {
  return createHash('sha256').update(JSON.stringify(setup)).digest('hex');
}
