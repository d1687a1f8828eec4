/** What the agent finds in its environment beside what a whole run shows (run.test.ts). */
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { agentEnvironment } from '#runners/shim/environment.ts';
import { readSettings } from '#runners/shim/settings.ts';
import { sampleAssignment } from '#test/support/shim-run.ts';

const assignment = sampleAssignment(
  { root: '/', mirror: '/', start: 'a'.repeat(40), remove: () => {} },
  'true',
);

test('prlt-agent is on PATH, before and beside what the image has', () => {
  const settings = readSettings({ PRLT_WORK: '/tmp/w' });
  const env = agentEnvironment(assignment, settings, 'http://127.0.0.1:1', { PATH: '/usr/bin:/bin' });
  expect(env['PATH']).toMatch(/\/runners\/tools\/bin:\/usr\/bin:\/bin$/);
  expect(execFileSync('sh', ['-c', 'prlt-agent --help'], { env, encoding: 'utf8' })).toContain(
    'prlt-agent finish',
  );
});

test('in a container the launcher finds Node by itself', () => {
  const env = agentEnvironment(assignment, readSettings({}), 'http://127.0.0.1:1', { PATH: '/bin' });
  expect(env).not.toHaveProperty('PRLT_NODE');
  expect(env['PRLT_MCP_URL']).toBe('http://127.0.0.1:1/mcp');
});

test("in a container the repository's own node comes before the runner's, which closes the gap", () => {
  const env = agentEnvironment(assignment, readSettings({}), 'http://127.0.0.1:1', { PATH: '/usr/bin:/bin' });
  const places = env['PATH']?.split(':') ?? [];
  expect(places.slice(1)).toEqual(['/usr/bin', '/bin', dirname(process.execPath)]);
});
