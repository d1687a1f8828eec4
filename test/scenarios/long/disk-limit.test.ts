/** A container whose workspace outgrows `limits.disk`: ended by name, its work kept, and its room given back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, ended, statusComments } from '#test/support/company.ts';
import { containers, volumes } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const agent = `
echo half > half.txt; git add half.txt; git commit -qm "Half of it"
head -c 60000000 /dev/urandom > "$HOME/big"
sleep 300
`;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent, config: 'limits: { attempts: 1, disk: 40m }\n' });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

it('is LIMIT_DISK, with what was done so far, and nothing of it stays on the engine', async () => {
  const { github, prlt, until } = stage;
  const issue = ask(stage, repo, 'Fill the disk');
  await until('the volume', async () => (await volumes(prlt.dataDir)).length === 1);
  const status = await ended(stage, repo, issue, 'agent:failed');
  expect(status).toContain('**LIMIT_DISK**');
  expect(status).toContain('limits.disk (40 MiB)');
  expect(status).toContain('.github/prlt.yml');
  await until('the command', () => statusComments(stage, repo, issue)[0]?.includes(' refs/prlt/GH-1/1.1'));
  expect(await github.readFile(repo, 'refs/prlt/GH-1/1.1', 'half.txt')).toBe('half\n');
  expect(github.pulls(repo)).toEqual([]);
  await until('the engine to be empty', async () => {
    const left = [...(await containers(prlt.dataDir)), ...(await volumes(prlt.dataDir))];
    return left.length === 0;
  });
});
