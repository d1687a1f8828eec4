/** Which conversation of a workspace a run goes on with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Assignment } from '#runners/shim/protocol.ts';
import { earlierSession, rememberSession } from '#runners/shim/session-record.ts';
import { sampleAssignment } from '#test/support/shim-run.ts';

let work: string;
const settings = () => ({ socket: '', mirror: '', work, tmp: '/tmp', alone: false });
const sample = { root: '/', mirror: '/m', start: 'a'.repeat(40), remove: () => {} };
const first = sampleAssignment(sample, 'true');
const later: Assignment = { ...first, run: { ...first.run, id: `${first.run.id}-2` } };

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'prlt-session-'));
  rememberSession(settings(), first, 's1');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

it.each<[string, Assignment, string | undefined]>([
  ['the same run', first, 's1'],
  ['another run', later, undefined],
  ['another run that continues it', { ...later, continues: true }, 's1'],
  ['a fix', { ...later, run: { ...later.run, kind: 'fix' } }, 's1'],
  ['another seat', { ...later, continues: true, agent: { ...later.agent, name: 'curie' } }, undefined],
  ['another CLI', { ...first, continues: true, agent: { ...first.agent, runner: 'codex' } }, undefined],
])('%s', (_who, assignment, session) => {
  expect(earlierSession(settings(), assignment)).toBe(session);
});
