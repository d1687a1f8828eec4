/** Remembers a workspace's last conversation, so that a restarted shim or a later run can go on with it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assignment } from './protocol.ts';
import type { Settings } from './settings.ts';

interface SessionRecord {
  agent: string;
  run: string;
  session: string;
}

/** A session to go on with: of this same run, or of an earlier one where this run fixes or resolves. */
export function earlierSession(settings: Settings, assignment: Assignment): string | undefined {
  const record = readRecord(settings);
  if (record?.agent !== assignment.agent.name) return undefined;
  const continues = assignment.run.kind === 'fix' || assignment.run.kind === 'resolve';
  return continues || record.run === assignment.run.id ? record.session : undefined;
}

export function rememberSession(settings: Settings, assignment: Assignment, session: string): void {
  const record: SessionRecord = { agent: assignment.agent.name, run: assignment.run.id, session };
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
