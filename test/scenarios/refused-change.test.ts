/** Changes that prlt does not publish: nothing is pushed, the issue says why, and the next attempt is told. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended } from '#test/support/company.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const workflow =
  'mkdir -p .github/workflows; echo "on: push" > .github/workflows/x.yml; echo fine > fine.txt\n';
const gitlink = `
git init -q inner && cd inner && echo x > x && git add x && git commit -qm inner && cd ..
git -c advice.addEmbeddedRepo=false add inner && git commit -qm "Add inner"
`;
const once = 'limits: { attempts: 1 }\n';
/** Does it wrong, reads why, does it right. */
const learning = `
if grep -q "^## Previous attempt" "$PRLT_PROMPT_FILE"; then
  cp "$PRLT_PROMPT_FILE" told.md
else
  ${workflow}
fi
`;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent: learning, env: { PRLT_MAX_CONCURRENCY: '8' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

/** Branches that are no work kept for people. */
async function branches(name: string): Promise<string[]> {
  return Object.keys(await stage.github.branches(name));
}

describe.concurrent('a change that is refused', () => {
  it.each([
    ['workflows', workflow, '`.github/workflows/x.yml` is protected'],
    ['submodules', gitlink, '`inner` is a new or changed submodule link'],
    [
      'links',
      'ln -s ../../etc/passwd out; ln -s fine.txt in; echo fine > fine.txt\n',
      '`out` leads to `../../etc/passwd`',
    ],
    ['detours', 'ln -s /etc etc\n', '`etc` leads to `/etc`'],
    [
      'comings-and-goings',
      `${workflow} git add -A; git commit -qm a; git rm -rq .github/workflows; git commit -qm b\n`,
      '`.github/workflows/x.yml` is protected',
    ],
  ])('because of %s is named and nothing is pushed', async (name, agent, sentence) => {
    const full = await addRepository(stage, name, { agent, config: once });
    const issue = ask(stage, full, 'Do it');
    const status = await ended(stage, full, issue, 'agent:failed');
    expect(status).toContain('**PUBLISH_REFUSED**');
    expect(status).toContain(sentence);
    expect(await branches(full)).toEqual(['main']);
    expect(stage.github.pulls(full)).toEqual([]);
  });

  it('is explained to the next attempt, which gets it right', async () => {
    const { github } = stage;
    const issue = ask(stage, repo, 'Learn');
    await ended(stage, repo, issue, 'agent:review');
    const [pull] = github.pulls(repo);
    const told = await github.readFile(repo, pull?.headSha ?? '', 'told.md');
    expect(told).toMatch(/## Previous attempt[\s\S]*`\.github\/workflows\/x\.yml` is protected/);
    const files = execFileSync('git', ['ls-tree', '-r', '--name-only', pull?.headSha ?? ''], {
      cwd: github.git(repo),
      encoding: 'utf8',
    });
    expect(files.split('\n').filter(Boolean).sort()).toEqual([
      '.github/prlt.yml',
      'README.md',
      'agent.sh',
      'told.md',
    ]);
  });
});
