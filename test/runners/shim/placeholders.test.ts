/** What a manifest leaves open is filled in, and nothing else that looks like it. */
import { expect, it } from 'vitest';
import { placed } from '#runners/shim/environment.ts';
import { fill, fillAll } from '#runners/shim/placeholders.ts';
import { sampleAssignment } from '#test/support/shim-run.ts';

it('fills in every known place, and leaves braces of other things', () => {
  expect(fill('{pipe}/models/{provider}/{pipe}', { pipe: 'http://h' })).toBe(
    'http://h/models/{provider}/http://h',
  );
  expect(fill('{"home":{"a":1}}', { home: '/h' })).toBe('{"home":{"a":1}}');
  expect(fill('{toString}', {})).toBe('{toString}');
  expect(fillAll({ A: '{x}', B: '{x}' }, { x: '1' }, (name) => name === 'A')).toEqual({ A: '1', B: '{x}' });
});

it('places command, environment and files of an agent, but not what people wrote', () => {
  const sample = { root: '/', mirror: '/m', start: 'a'.repeat(40), remove: () => {} };
  const settings = { socket: '/s', mirror: '/m', work: '/work', tmp: '/tmp', alone: true };
  const given = sampleAssignment(sample, 'awk {home}');
  const { agent } = placed(
    {
      ...given,
      agent: {
        ...given.agent,
        argv: ['{node}', '{runners}/x.ts', '{home}'],
        env: { ...given.agent.env, BASE: '{pipe}/models/a' },
        files: { 'c.toml': '[projects."{checkout}"]' },
      },
    },
    settings,
    'http://127.0.0.1:9',
    '/opt/prlt/runners',
  );
  expect(agent.argv).toEqual([process.execPath, '/opt/prlt/runners/x.ts', '/work/home']);
  expect(agent.env['BASE']).toBe('http://127.0.0.1:9/models/a');
  expect(agent.env['PRLT_COMMAND']).toContain('awk {home}');
  expect(agent.files).toEqual({ 'c.toml': '[projects."/work/repo"]' });
});
