/** Each runner's own masks cover what its CLI would obey in a checkout, whatever other runners there are. */
import { expect, test } from 'vitest';
import { runners } from '#runners/registry.ts';

/** Planted in a repository and seen to be taken up, or looked for in the program. */
const obeyed: Record<string, string[]> = {
  claude: [
    '.mcp.json',
    '.claude/settings.json',
    '.claude/settings.local.json',
    '.claude/skills/x/SKILL.md',
    '.claude/agents/x.md',
    '.claude/commands/x.md',
    '.claude/rules/x.md',
    '.claude/CLAUDE.md',
  ],
  codex: ['.codex/config.toml', '.codex/hooks.json', '.codex/skills/x/SKILL.md', '.agents/skills/x/SKILL.md'],
  opencode: [
    'opencode.json',
    'opencode.jsonc',
    '.opencode/opencode.json',
    '.opencode/plugin/x.js',
    '.opencode/command/x.md',
    '.opencode/skill/x/SKILL.md',
    '.claude/skills/x/SKILL.md',
    '.agents/skills/x/SKILL.md',
  ],
};

/** As the shim masks (runners/shim/masks.ts): a name at any depth. */
function masks(name: string, path: string): boolean {
  const own = runners.find((runner) => runner.name === name)?.masks ?? [];
  return own.some((mask) => `/${path}/`.includes(`/${mask.replace(/\/$/, '')}/`));
}

test.each(Object.entries(obeyed))('%s', (name, paths) => {
  const all = paths.flatMap((path) => [path, `packages/web/${path}`]);
  expect(all.filter((path) => !masks(name, path))).toEqual([]);
});

test('instructions stay', () => {
  const paths = ['AGENTS.md', 'CLAUDE.md', 'packages/web/CLAUDE.md', 'CONTRIBUTING.md'];
  for (const { name } of runners) expect(paths.filter((path) => masks(name, path))).toEqual([]);
});
