import { describe, expect, it } from 'vitest';
import { type StatusView, statusComment } from '#src/messages/status-comment.ts';

const view = (more: Partial<StatusView> = {}): StatusView => ({
  key: 'GH-12',
  state: 'working',
  agent: 'bezos',
  runner: 'command',
  profile: 'coder',
  branch: 'GH-12/feat/bezos/widgets/add-hello',
  branchUrl: 'https://github.com/acme/widgets/tree/x',
  elapsedMs: 65_000,
  attempt: { number: 1, max: 3 },
  progress: ['reading', 'writing hello.js'],
  limits: { run: '60m' },
  notes: [],
  marker: '<!-- prlt:status 01J mac -->',
  ...more,
});

describe('the status comment', () => {
  it('while an agent works', () => {
    expect(statusComment(view())).toMatchInlineSnapshot(`
      "<!-- prlt:status 01J mac -->
      ### 🛠️ Working · \`GH-12\`

      | | |
      |---|---|
      | Agent | \`bezos\` |
      | Runner | \`command\`, profile \`coder\` |
      | Branch | [\`GH-12/feat/bezos/widgets/add-hello\`](https://github.com/acme/widgets/tree/x) |
      | Elapsed | 1m 05s |
      | Attempt | 1 of 3 (\`limits.attempts\`) |
      | Limits | \`limits.run\` 60m |

      <details><summary>Last lines</summary>

      \`\`\`text
      reading
      writing hello.js
      \`\`\`

      </details>

      Steer it: \`/prlt poke "…"\` · Stop it: \`/prlt stop\`"
    `);
  });

  it('when it failed', () => {
    const error = { code: 'AGENT_FAILED', sentence: 'The agent ended with exit code 3.' };
    expect(statusComment(view({ state: 'failed', error }))).toMatchInlineSnapshot(`
      "<!-- prlt:status 01J mac -->
      ### ❌ Failed · \`GH-12\`

      | | |
      |---|---|
      | Agent | \`bezos\` |
      | Runner | \`command\`, profile \`coder\` |
      | Branch | [\`GH-12/feat/bezos/widgets/add-hello\`](https://github.com/acme/widgets/tree/x) |
      | Elapsed | 1m 05s |
      | Attempt | 1 of 3 (\`limits.attempts\`) |
      | Limits | \`limits.run\` 60m |

      **AGENT_FAILED**: The agent ended with exit code 3.

      <details open><summary>Last lines</summary>

      \`\`\`text
      reading
      writing hello.js
      \`\`\`

      </details>

      Try again: \`/prlt start\`"
    `);
  });

  it('with a pull request and notes', () => {
    const pull = { number: 13, url: 'https://github.com/acme/widgets/pull/13', draft: true };
    const notes = ['Left out of the prompt: 1 HTML comment.', 'LFS files are pointers in this run.'];
    expect(statusComment(view({ state: 'review', pull, notes, progress: [] }))).toMatchInlineSnapshot(`
      "<!-- prlt:status 01J mac -->
      ### 👀 Ready for review · \`GH-12\` · draft pull request [#13](https://github.com/acme/widgets/pull/13)

      | | |
      |---|---|
      | Agent | \`bezos\` |
      | Runner | \`command\`, profile \`coder\` |
      | Branch | [\`GH-12/feat/bezos/widgets/add-hello\`](https://github.com/acme/widgets/tree/x) |
      | Elapsed | 1m 05s |
      | Attempt | 1 of 3 (\`limits.attempts\`) |
      | Limits | \`limits.run\` 60m |

      > Left out of the prompt: 1 HTML comment.
      >
      > LFS files are pointers in this run."
    `);
  });

  it('before anything is known', () => {
    const bare: StatusView = {
      key: 'GH-1',
      state: 'queued',
      progress: [],
      limits: {},
      notes: [],
      marker: '',
    };
    expect(statusComment(bare).trim()).toMatchInlineSnapshot(`
      "### ⏳ Waiting for a free agent · \`GH-1\`

      Stop it: \`/prlt stop\`"
    `);
  });

  it('offers poke only while an agent listens', () => {
    for (const state of [
      'queued',
      'starting',
      'publishing',
      'review',
      'done',
      'failed',
      'stopped',
      'waiting',
    ] as const) {
      expect(statusComment(view({ state }))).not.toContain('/prlt poke');
    }
  });

  it('says when the next attempt is', () => {
    expect(statusComment(view({ state: 'waiting', retryAt: '2026-11-21T12:00:00Z' }))).toContain(
      'The next attempt starts at 2026-11-21T12:00:00Z.',
    );
  });

  it('shows what the agent printed as plain text that stays in its fence', () => {
    const text = statusComment(
      view({ progress: ['````', '\u001b[31m@alice\u001b[0m', '</details>', 'x'.repeat(9000)] }),
    );
    expect(text).toContain('~~~text\n````\n@alice\n</details>\n');
    expect(text.length).toBeLessThan(2000);
  });

  it('keeps hostile names inside their cell', () => {
    const text = statusComment(view({ agent: 'a|`b`\n| x |' }));
    expect(text.split('\n').find((line) => line.startsWith('| Agent'))).toMatchInlineSnapshot(
      `"| Agent | \`\` a\\|\`b\` \\| x \\| \`\` |"`,
    );
  });
});
