/** `PRLT_RUNTIME=host` is somebody's choice, and is said wherever somebody looks. */
import { expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { repo, setStage } from '#test/support/scenario.ts';

it('is said at the start and in every status comment', async () => {
  const stage = await setStage({ agent: 'echo x > x.txt', runtime: 'host' });
  try {
    const { github, prlt } = stage;
    const lines = prlt.log().split('\n');
    const notice = lines.findIndex((line) => line.includes('PRLT_RUNTIME=host'));
    expect(notice).toBeGreaterThanOrEqual(0);
    expect(notice).toBeLessThan(lines.findIndex((line) => line.includes('prlt is listening')));

    const issue = ask(stage, repo, 'Here');
    await ended(stage, repo, issue, 'agent:review');
    const said = github
      .writes()
      .map(({ body }) => (body as { body?: string } | undefined)?.body ?? '')
      .filter((body) => body.includes('<!-- prlt:status'));
    expect(said.length).toBeGreaterThan(1);
    for (const body of said) expect(body).toContain('This run is not isolated: `PRLT_RUNTIME=host`');
    expect(github.contractViolations).toEqual([]);
  } finally {
    await stage.close();
  }
});
