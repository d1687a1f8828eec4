/** A repository with its own image, its own set-up and agent configuration that is nobody's: label to pull request. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { docker, runEvents, volumes } from '#test/support/machine.ts';
import { ownImage } from '#test/support/own-image.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const run = promisify(execFile);

const agent = `
set -eu
marker > seen.txt
cat made-by-setup.txt >> seen.txt
command -v node >> seen.txt
command -v prlt-agent >> seen.txt
prlt-agent --help > /dev/null
ls -A . | grep -c '^.claude$' >> seen.txt || true
git config --get user.name > /dev/null
touch /opt/prlt/x 2> /dev/null && echo writable >> seen.txt || true
touch /etc/x 2> /dev/null && echo writable >> seen.txt || true
`;

let stage: Stage;
beforeAll(async () => {
  const image = await ownImage();
  stage = await setStage({
    agent,
    config: `image: ${image}\nsetup:\n  - marker > made-by-setup.txt\n  - test "$(id -u)" = 1000\n`,
    files: { '.claude/settings.json': '{}\n' },
    env: { PRLT_ALLOW_IMAGES: 'prlt-test-own:*' },
  });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

async function created(name: string): Promise<string> {
  return docker('volume', 'inspect', '--format', '{{.CreatedAt}}', name);
}

it('works with the image’s tools, the set-up’s files and the runner’s node, and hands over only its own', async () => {
  const { github, prlt } = stage;
  const issue = ask(stage, repo, 'Mark it');
  const status = await ended(stage, repo, issue, 'agent:review');
  const [pull] = github.pulls(repo);
  const cwd = github.git(repo);
  const changed = await run('git', ['diff', '--name-only', 'main', pull?.headSha ?? ''], { cwd });
  expect(changed.stdout).toBe('seen.txt\n');
  const seen = await run('git', ['show', `${pull?.headSha}:seen.txt`], { cwd });
  expect(seen.stdout).toBe(
    'from the own image\nfrom the own image\n/opt/prlt/bin/node\n/opt/prlt/runners/tools/bin/prlt-agent\n0\n',
  );
  expect(status).toContain('Set-up left files that the repository does not ignore');
  expect(status).toContain('`made-by-setup.txt`');
  expect(status).toContain('Agent configuration of the repository was left out: `.claude/settings.json`.');
  const steps = runEvents(prlt.dataDir).filter(({ type }) => type === 'setup_step');
  expect(steps).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
});

it('a second run finds the runner’s parts where the first had them', async () => {
  const { prlt } = stage;
  const parts = (await volumes(prlt.dataDir)).filter((name) => /-rt-[0-9a-f]{16}$/.test(name));
  expect(parts).toHaveLength(1);
  const before = await created(parts[0] ?? '');
  await ended(stage, repo, ask(stage, repo, 'Mark it again'), 'agent:review');
  expect(await created(parts[0] ?? '')).toBe(before);
});
