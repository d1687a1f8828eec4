/** The policy in force: the file, narrowed by the operator, with runners that exist. */
import { describe, expect, test } from 'vitest';
import { policyFrom } from '#src/config/policy.ts';
import { parseRepositoryConfig } from '#src/config/repository.ts';
import { route } from '#src/core/policy.ts';
import { aSnapshot } from '#test/support/builders.ts';

const ceilings = {
  concurrency: 10,
  run: 3 * 3_600_000,
  memory: 8 * 2 ** 30,
  spend: { run: 5_000_000, day: 50_000_000 },
  hosts: ['registry.npmjs.org:443', 'deb.debian.org:80'],
};

function policy(text: string, runners = ['claude', 'command'], over: Partial<typeof ceilings> = {}) {
  const read = parseRepositoryConfig(text);
  if (!read.ok) throw new Error(read.problem);
  return policyFrom(read.config, read.given, { ...ceilings, ...over }, runners);
}

describe('ceilings only narrow', () => {
  test.each([
    ['run: 2h', { run: 3_600_000 }, { run: 3_600_000 }],
    ['run: 10m', { run: 3_600_000 }, { run: 600_000 }],
    ['memory: 16g', {}, { memory: 8 * 2 ** 30 }],
    ['memory: 1g', {}, { memory: 2 ** 30 }],
    ['attempts: 9', {}, { attempts: 9 }],
    ['spend: { run: 2 }', {}, { spend: { run: 2_000_000, day: 50_000_000 } }],
    ['spend: { run: 20, day: 3 }', {}, { spend: { run: 3_000_000, day: 3_000_000 } }],
  ])('limits.%s under %j', (written, over, limits) => {
    expect(policy(`limits: { ${written} }`, undefined, over).limits).toMatchObject(limits);
  });

  test.each([
    ['limits: { run: 2h, memory: 1g }', { run: 3_600_000 }, { run: 'PRLT_MAX_RUN' }],
    ['limits: { run: 1h, setup: 1h }', { run: 3_600_000 }, {}],
    ['limits: { setup: 2h }', { run: 3_600_000 }, { setup: 'PRLT_MAX_RUN' }],
    ['limits: { memory: 16g }', {}, { memory: 'PRLT_MAX_MEMORY' }],
    [
      'limits: { spend: { run: 9, day: 99 } }',
      {},
      { 'spend.run': 'PRLT_MAX_SPEND_RUN', 'spend.day': 'PRLT_MAX_SPEND_DAY' },
    ],
  ])('%s under %j tells which setting binds', (text, over, expected) => {
    const { 'spend.run': run, 'spend.day': day, ...rest } = policy(text, undefined, over).ceilings ?? {};
    const spend = text.includes('spend') ? { 'spend.run': run, 'spend.day': day } : {};
    expect({ ...rest, ...spend }).toEqual(expected);
  });

  test('defaults are narrowed as well', () => {
    expect(policy('', undefined, { run: 60_000, memory: 2 ** 20 }).limits).toMatchObject({
      run: 60_000,
      memory: 2 ** 20,
    });
  });
});

describe('runners', () => {
  const coder = (text: string, runners?: string[]) => policy(text, runners).profiles['coder']?.runner;

  test.each<[string, string, string[], string | undefined]>([
    ['the first that can be used, when nothing is written', '', ['codex', 'claude', 'command'], 'codex'],
    ['never the command runner by itself', '', ['command'], undefined],
    ['the one that is written', 'profiles: { coder: { runner: claude } }', ['codex', 'claude'], 'claude'],
    [
      'none, when the written one cannot be used',
      'profiles: { coder: { runner: opencode } }',
      ['codex', 'claude'],
      undefined,
    ],
    [
      'command, when there is a command line',
      'profiles: { coder: { command: [make] } }',
      ['codex', 'command'],
      'command',
    ],
    [
      'none, when the command runner has no command line',
      'profiles: { coder: { runner: command } }',
      ['codex', 'command'],
      undefined,
    ],
    [
      'the first, for a profile with instructions only',
      'profiles: { coder: { instructions: Be kind. } }',
      ['command', 'claude'],
      'claude',
    ],
  ])('%s', (_, text, runners, runner) => {
    expect(coder(text, runners)).toBe(runner);
  });

  test('command line and instructions reach the profile', () => {
    const profile = policy('profiles: { coder: { command: [sh, x.sh], instructions: Be kind. } }').profiles[
      'coder'
    ];
    expect(profile).toEqual({ runner: 'command', command: ['sh', 'x.sh'], instructions: 'Be kind.' });
  });

  test('without any runner an item is told so by name', () => {
    expect(route(policy('', []), aSnapshot())).toEqual({ code: 'NO_RUNNER', what: 'coder' });
  });
});

describe('a fallback', () => {
  const fallback = (text: string, runners = ['claude', 'codex', 'command']) => {
    const { profiles, notes } = policy(`profiles: { coder: { runner: claude, ${text} }`, runners);
    return { fallback: profiles['coder']?.fallback, notes };
  };
  const told = (name: string, why: string) => [
    `\`profiles.coder.fallback\` is \`${name}\`, ${why}: when the quota is used up, the work waits. Name one of \`codex\`, or a profile with one of them.`,
  ];

  test.each<[string, string]>([
    ['a runner', 'fallback: codex }'],
    ['a profile of one', 'fallback: strict }, strict: { runner: codex }'],
    ['a runner of whose name there is a profile', 'fallback: codex }, codex: { instructions: Be kind. }'],
  ])('is %s', (_, text) => {
    expect(fallback(text)).toEqual({ fallback: 'codex', notes: [] });
  });

  test('is not taken when it is neither, which is said', () => {
    expect(fallback('fallback: codx }')).toEqual({
      fallback: undefined,
      notes: told('codx', 'which is neither a runner nor a profile'),
    });
  });

  test.each<[string, string, string]>([
    ['a runner that this service cannot use', 'fallback: opencode }', 'opencode'],
    ['a profile of one', 'fallback: g }, g: { runner: opencode }', 'g'],
    ['the command runner', 'fallback: command }', 'command'],
    ['a profile of it', 'fallback: c }, c: { command: [make] }', 'c'],
    ['the runner of the profile itself', 'fallback: claude }', 'claude'],
  ])('is not taken when it is %s, which is said', (_, text, name) => {
    const { notes, ...rest } = fallback(text);
    expect(rest.fallback).toBeUndefined();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(`\`profiles.coder.fallback\` is \`${name}\``);
  });

  test('of a service with one runner only says what to set up', () => {
    const { notes } = fallback('fallback: codex }', ['claude', 'command']);
    expect(notes[0]).toMatch(/`codex`.*PRLT_MODELS_/);
  });
});

describe('seats', () => {
  test('a number becomes names', () => {
    expect(policy('workers: [{ name: dev, profile: coder, agents: 2 }]').workers[0]?.agents).toEqual([
      'dev-1',
      'dev-2',
    ]);
  });
  test('unlimited stays', () => {
    expect(policy('workers: [{ name: dev, profile: coder, agents: unlimited }]').workers[0]?.agents).toBe(
      'unlimited',
    );
  });
});

describe('keys that nothing obeys yet are said', () => {
  const notes = (text: string) => policy(text).notes.join('\n');

  test.each([
    ['diet: { ship: 1 }', 'diet'],
    ['review: {}', 'review'],
    ['questions: {}', 'questions'],
    ['workflows: {}', 'workflows'],
    ['merge: { policy: auto }', 'merge.policy'],
    ['mode: collaborative', 'mode: collaborative'],
    ['trigger: { columns: { ready: Ready } }', 'trigger.columns'],
  ])('%s', (text, name) => {
    expect(notes(text)).toContain(name);
  });

  test('nothing is said of an empty file, nor of keys that work', () => {
    expect(notes('')).toBe('');
    expect(notes('mode: direct\nprotect: [docs/**]\nlimits: { run: 5m }\nmerge: { policy: manual }')).toBe(
      '',
    );
  });
});

test('image, setup and paths are obeyed', () => {
  const { image, setup, paths, profiles, limits, notes } = policy(`
image: dev:1
setup: [npm ci]
limits: { setup: 5m }
paths:
  packages/web: { setup: [make], profile: web, image: web:1 }
  docs: {}
profiles:
  web: { image: other:1 }
`);
  expect({ image, setup, paths, notes }).toEqual({
    image: 'dev:1',
    setup: ['npm ci'],
    paths: [
      { directory: 'packages/web', setup: ['make'], profile: 'web', image: 'web:1' },
      { directory: 'docs' },
    ],
    notes: [],
  });
  expect(profiles['web']?.image).toBe('other:1');
  expect(limits.setup).toBe(300_000);
  expect(policy('limits: { setup: 9h }').limits.setup).toBe(ceilings.run);
});

describe('the way out', () => {
  test.each<[string, string[], string | undefined]>([
    ['', ['registry.npmjs.org:443', 'deb.debian.org:80'], undefined],
    ['network: { allow: [] }', [], undefined],
    ['network: { allow: [Registry.NPMjs.org., registry.npmjs.org] }', ['registry.npmjs.org:443'], undefined],
    ['network: { allow: ["deb.debian.org"] }', [], 'deb.debian.org:443'],
    [
      'network: { allow: [registry.npmjs.org, evil.example] }',
      ['registry.npmjs.org:443'],
      'evil.example:443',
    ],
  ])('%j is %j', (text, reachable, beyond) => {
    const { network, notes } = policy(text);
    expect(network).toEqual(reachable);
    expect(notes).toEqual(
      beyond === undefined
        ? []
        : [
            `\`network.allow\` names \`${beyond}\`, which \`PRLT_ALLOW_HOSTS\` of this service does not: runs cannot reach it.`,
          ],
    );
  });

  test.each(['*.example.org', 'https://example.org', 'user@example.org'])('%j is an error', (written) => {
    const read = parseRepositoryConfig(`network: { allow: [${JSON.stringify(written)}] }`);
    expect(read).toMatchObject({ ok: false, problem: expect.stringContaining('`network.allow.0`') });
  });
});
