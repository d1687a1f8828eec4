import { describe, expect, it } from 'vitest';
import { commands } from '#src/commands/registry.ts';
import { checkRun } from '#src/messages/check-run.ts';
import { duration } from '#src/messages/duration.ts';
import { noRunner } from '#src/messages/no-runner.ts';
import { type PullRequestView, pullRequest } from '#src/messages/pull-request.ts';
import { commandError, helpComment, nothingRuns, statusReply } from '#src/messages/replies.ts';

it.each([
  [-5, '0s'],
  [999, '0s'],
  [8000, '8s'],
  [65_000, '1m 05s'],
  [7_380_000, '2h 03m'],
])('%d ms read as %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

const pull = (more: Partial<PullRequestView> = {}): PullRequestView => ({
  title: 'Add hello',
  issue: { owner: 'acme', repo: 'widgets', number: 12 },
  home: { owner: 'acme', repo: 'widgets' },
  completes: true,
  summary: 'Adds hello.js.',
  tested: 'npm test',
  agent: 'bezos',
  runner: 'command',
  durationMs: 65_000,
  commits: 1,
  notes: [],
  ...more,
});

describe('the pull request', () => {
  it('tells what, how and who', () => {
    expect(pullRequest(pull())).toMatchInlineSnapshot(`
      {
        "body": "Closes #12

      ## Summary

      Adds hello.js.

      ## How it was tested

      npm test

      Agent \`bezos\` · runner \`command\` · 1m 05s · 1 commit",
        "title": "Add hello",
      }
    `);
  });

  it('shows what the agent decided and what others may rely on', () => {
    const { body } = pullRequest(
      pull({ decisions: ['No cache.\nSmall.', 'x'.repeat(900)], contract: 'hello()' }),
    );
    expect(body).toContain(`## Decisions\n\n- No cache. Small.\n- ${'x'.repeat(299)}…\n\n## For the work`);
    expect(body).toContain('## For the work that depends on this\n\nhello()');
  });

  it('stays below the longest body that GitHub takes, whatever it is told', () => {
    const long = '@x '.repeat(10_000);
    const words = {
      summary: long,
      tested: long,
      decisions: Array(20).fill(long) as string[],
      contract: long,
    };
    expect(pullRequest(pull({ ...words, notes: [long] })).body.length).toBeLessThan(65_536);
  });

  it.each([
    [pull({ home: { owner: 'acme', repo: 'gears' } }), 'Closes acme/widgets#12'],
    [pull({ completes: false }), 'Part of #12'],
  ])('links the issue', (view, line) => {
    expect(pullRequest(view).body.split('\n')[0]).toBe(line);
  });

  it('lets no text of the agent ping, close or load anything', () => {
    const evil = '@team fixes #7 ![x](http://evil/x.png) <img src=x>';
    const { title, body } = pullRequest(
      pull({ title: evil, summary: evil, tested: evil, decisions: [evil], contract: evil }),
    );
    for (const text of [title, body.replace('Closes #12', '')]) expect(text).not.toMatch(/@t|#\d|!\[|<img/);
    expect(body).toContain('Closes #12');
  });

  it('has a title even without words', () => {
    expect(pullRequest(pull({ title: '\u200b' })).title).toBe('Change for #12');
    expect([...pullRequest(pull({ title: 'x'.repeat(900) })).title].length).toBeLessThanOrEqual(256);
  });
});

it('the check run has a short title', () => {
  const view = {
    key: 'GH-12',
    state: 'review',
    agent: 'bezos',
    elapsedMs: 65_000,
    commits: 2,
    notes: ['N.'],
  } as const;
  expect(checkRun(view)).toMatchInlineSnapshot(`
    {
      "summary": "agent bezos · 1m 05s · 2 commits

    N.",
      "title": "👀 Ready for review · GH-12",
    }
  `);
  expect(checkRun({ ...view, key: 'k'.repeat(900) }).title.length).toBeLessThanOrEqual(255);
});

describe('replies', () => {
  it('help lists the registry', () => {
    const help = helpComment(commands.map(({ shape }) => shape));
    for (const { shape } of commands) expect(help).toContain(`\`${shape.usage}\``);
  });

  it('a wrong command gets a sentence, the usage and what to do', () => {
    expect(
      commandError({ code: 'USAGE', sentence: 'The text is missing.', usage: '/prlt poke "…"' }),
    ).toMatchInlineSnapshot(`
      "USAGE: The text is missing.

      Usage:
      \`\`\`text
      /prlt poke "…"
      \`\`\`

      Post a new comment; edits do not act."
    `);
  });

  it('a poke that nobody hears says what to do', () => {
    expect(nothingRuns('poke', { key: 'GH-12' })).toMatchInlineSnapshot(
      `"NOTHING_RUNNING: No agent works on \`GH-12\` now, so nobody heard this. Put what the agent should know into the description and give \`/prlt start\`."`,
    );
  });

  it('a stop when nobody works says that, and where the change is', () => {
    expect(
      nothingRuns('stop', { key: 'GH-12', pull: { number: 4, url: 'https://x/4' } }),
    ).toMatchInlineSnapshot(
      `"NOTHING_RUNNING: No agent works on \`GH-12\` now, so there is nothing to stop. The change is in [#4](https://x/4)."`,
    );
  });

  it('status of an item that nobody asked for', () => {
    expect(statusReply(undefined)).toContain('/prlt start');
  });

  it('no runner comes with a configuration to paste', () => {
    expect(noRunner({ profile: 'coder' })).toMatchInlineSnapshot(`
      {
        "code": "NO_RUNNER",
        "sentence": "The profile \`coder\` has no runner. Nothing was run another way.",
        "todo": "Put this into \`.github/prlt.yml\` on the default branch, with your own command, and give \`/prlt start\`:

      \`\`\`yaml
      profiles:
        coder: { runner: command, command: [sh, scripts/agent.sh] }
      \`\`\`",
      }
    `);
  });
});
