/** Remembers a workspace's last conversation, so that a restarted shim or a later run can go on with it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assignment } from './protocol.ts';
import type { Settings } from './settings.ts';

interface SessionRecord {
  agent: string;
  runner: string;
  run: string;
  session: string;
}

/** A session to go on with: of this same run, or of an earlier one where this run continues it, by the same runner. */
export function earlierSession(settings: Settings, assignment: Assignment): string | undefined {
  const { agent, run, continues } = assignment;
  const record = readRecord(settings);
  if (record?.agent !== agent.name || record.runner !== agent.runner) return undefined;
  return continues || goesOn.has(run.kind) || record.run === run.id ? record.session : undefined;
}

/** Kinds of runs that take up what the author of a change had in mind. */
const goesOn: ReadonlySet<string> = new Set(['fix', 'resolve']);

export function rememberSession(settings: Settings, { agent, run }: Assignment, session: string): void {
  const record: SessionRecord = { agent: agent.name, runner: agent.runner, run: run.id, session };
  mkdirSync(join(settings.work, '.prlt'), { recursive: true });
  writeFileSync(recordPath(settings), JSON.stringify(record));
}

function readRecord(settings: Settings): SessionRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordPath(settings), 'utf8')) as SessionRecord;
  } catch {
    return undefined;
  }
}

function recordPath(settings: Settings): string {
  return join(settings.work, '.prlt', 'session.json');
}
