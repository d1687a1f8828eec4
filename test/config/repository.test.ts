/** `.github/prlt.yml`: what is accepted, what is refused, and that the refusal says where. */
import { describe, expect, test } from 'vitest';
import { parseRepositoryConfig, type RepositoryConfig } from '#src/config/repository.ts';

function accepted(text: string): RepositoryConfig {
  const read = parseRepositoryConfig(text);
  if (!read.ok) throw new Error(read.problem);
  return read.config;
}

function problem(text: string): string {
  const read = parseRepositoryConfig(text);
  return read.ok ? 'accepted' : read.problem;
}

const full = `
mode: agentic                      # agentic | collaborative | direct
trigger:
  label: agent:ready
  columns: { backlog: Backlog, ready: Ready, in_progress: In progress, review: In review, done: Done }
workers:
  - name: dev
    takes: [code, docs, test, custom]
    profile: coder
    agents: [bezos, gates, curie]  # or a number, or unlimited
profiles:
  coder:    { runner: claude }
  reviewer: { runner: codex, instructions: Be strict about tests. }
  lead:     { runner: claude, model: opus }
  codemod:  { runner: command, command: [sh, scripts/codemod.sh] }
image: ghcr.io/acme/widgets-dev    # the repo's own toolchain; default is the runner's image
setup: [npm ci]
limits: { concurrency: 3, run: 60m, stall: 10m, attempts: 3, review_rounds: 3, spend: { run: 5, day: 50 } }
diet: { ship: 4, grow: 2, support: 1 }
review: { council: [reviewer], lead: lead }
merge: { policy: manual, method: squash }   # manual | auto | queue
questions: { timeout: 5m, auto_resume: true }
network: { allow: [registry.example.org] }
protect: [".github/**", CODEOWNERS]
branch: "{key}/{kind}/{agent}/{repo}/{slug}"
workflows: {}
`;

describe('accepted', () => {
  test.each(['', '\n\n', '# nothing yet\n', '---\n', '{}', 'null'])('an empty file: %j', (text) => {
    expect(accepted(text)).toMatchObject({
      mode: 'agentic',
      trigger: { label: 'agent:ready', bots: [] },
      workers: [{ name: 'dev', profile: 'coder', agents: ['bezos', 'gates', 'curie'] }],
      limits: {
        concurrency: 3,
        run: 3_600_000,
        stall: 600_000,
        attempts: 3,
        memory: 2 * 2 ** 30,
        cpus: 2,
        pids: 512,
        disk: 10 * 2 ** 30,
      },
      merge: { policy: 'manual', method: 'squash' },
      publish: 'auto',
    });
    expect(accepted(text).workers[0]?.takes).toHaveLength(7);
  });

  test('the example of the design, whole', () => {
    expect(accepted(full)).toMatchObject({
      limits: { run: 3_600_000, stall: 600_000 },
      profiles: { codemod: { command: ['sh', 'scripts/codemod.sh'] } },
    });
  });

  test('says which keys the file really has', () => {
    const read = parseRepositoryConfig('mode: direct\ndiet: { ship: 1 }');
    expect(read.ok && read.given).toEqual(new Set(['mode', 'diet']));
  });

  test.each([
    ['4', 4],
    ['unlimited', 'unlimited'],
    ['[a, b]', ['a', 'b']],
  ])('agents: %s', (written, agents) => {
    expect(
      accepted(`workers: [{ name: dev, profile: coder, agents: ${written} }]`).workers[0]?.agents,
    ).toEqual(agents);
  });

  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('limits.run: %s', (written, run) => {
    expect(accepted(`limits: { run: ${written} }`).limits.run).toBe(run);
  });

  test.each([
    ['64k', 65_536],
    ['512m', 536_870_912],
    ['2G', 2_147_483_648],
    ['1t', 2 ** 40],
  ])('limits.memory: %s', (written, memory) => {
    expect(accepted(`limits: { memory: ${written} }`).limits.memory).toBe(memory);
  });
});

describe('refused, with the place', () => {
  const refused: [string, string, RegExp][] = [
    ['an unknown key', 'modus: agentic', /modus/],
    ['an unknown key below', 'limits: { concurency: 3 }', /`limits`.*concurency/],
    ['a wrong type', 'limits: { concurrency: many }', /`limits\.concurrency`/],
    [
      'a wrong type in a list',
      'workers: [{ name: dev, profile: coder, agents: [1] }]',
      /`workers\.0\.agents/,
    ],
    ['an unknown choice', 'mode: autopilot', /`mode`/],
    ['a folder that leaves', 'paths: { a/../../b: {} }', /paths.*a\/\.\.\/\.\.\/b/],
    ['an absolute folder', 'paths: { /etc: {} }', /paths/],
    ['the root as a folder', 'paths: { .: {} }', /paths/],
    ['a folder with a slash at its end', 'paths: { web/: {} }', /such as packages\/web/],
    ['an unknown key of a part', 'paths: { web: { steps: [] } }', /steps/],
    ['an empty step', "setup: ['']", /`setup\.0`/],
    ['an unknown runner', 'profiles: { coder: { runner: cluade } }', /`profiles\.coder\.runner`/],
    ['a number for a duration', 'limits: { run: 60 }', /`limits\.run`/],
    ['a duration without unit', 'limits: { run: "60" }', /`limits\.run`.*such as 30s/],
    ['a size without unit', 'limits: { memory: "2048" }', /`limits\.memory`.*such as 512m/],
    ['no attempts', 'limits: { attempts: 0 }', /`limits\.attempts`/],
    ['no workers', 'workers: []', /`workers`/],
    ['a name with a slash', 'workers: [{ name: a/b, profile: coder, agents: 1 }]', /`workers\.0\.name`/],
    ['an empty command', 'profiles: { c: { command: [] } }', /`profiles\.c\.command`/],
    ['a held publication', 'publish: ask', /`publish`.*`auto`.*refused/],
    ['a list', '- mode', /not valid/],
    ['a sentence', 'please work', /not valid/],
  ];
  test.each(refused)('%s', (_, text, says) => {
    expect(problem(text)).toMatch(/^\.github\/prlt\.yml is not valid/);
    expect(problem(text)).toMatch(says);
  });

  test('several mistakes at once', () => {
    const told = problem('mode: x\nlimits: { run: 1 }\nnonsense: 1');
    for (const part of ['mode', 'limits.run', 'nonsense']) expect(told).toContain(part);
  });

  test.each([
    ['an open bracket', 'limits: { run: 1m'],
    ['a tab', 'limits:\n\trun: 1m'],
    ['a key twice', 'mode: direct\nmode: agentic'],
    ['two documents', 'mode: direct\n---\nmode: agentic'],
  ])('%s is not YAML, in one line', (_, text) => {
    expect(problem(text)).toMatch(/^\.github\/prlt\.yml is not YAML: .+/);
    expect(problem(text)).not.toContain('\n');
  });

  test('a bomb of aliases is refused before it goes off', () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) =>
        `a${n}: &a${n} [${
          n === 0
            ? 'x'
            : Array(10)
                .fill(`*a${n - 1}`)
                .join(', ')
        }]`,
    );
    const before = performance.now();
    expect(problem(levels.join('\n'))).toMatch(/cannot be read: .*alias/i);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
