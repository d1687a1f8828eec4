/** Docker is chosen and no engine answers: it is said at every door, and nothing is run another way. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from '#test/support/company.ts';
import { select } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({
    agent: 'echo x > x.txt',
    env: { DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
    until: 'listening',
  });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

it('is alive and not ready, with a sentence', async () => {
  const { prlt, until } = stage;
  expect((await fetch(`${prlt.url}/healthz`)).status).toBe(200);
  const missing = await until('the sentence', async () => {
    const answer = await fetch(`${prlt.url}/readyz`);
    expect(answer.status).toBe(503);
    const said = (await answer.json()) as { missing: string[] };
    return said.missing.find((sentence) => /engine/i.test(sentence) && !/starting/.test(sentence));
  });
  expect(missing).toMatch(/engine/i);
});

it('tells a labelled item RUNTIME_UNAVAILABLE, and that nothing was run another way', async () => {
  const { github, prlt, status, until } = stage;
  const issue = ask(stage, repo, 'Start me');
  await until('the failure', () => status(issue)?.includes('RUNTIME_UNAVAILABLE'));
  expect(status(issue)).toContain('Nothing was run another way.');
  expect(status(issue)).not.toContain('PRLT_RUNTIME=host');
  expect(github.pulls(repo)).toEqual([]);
  expect(Object.keys(await github.branches(repo))).toEqual(['main']);
  expect(select(prlt.dataDir, 'select * from run_events')).toEqual([]);
});
