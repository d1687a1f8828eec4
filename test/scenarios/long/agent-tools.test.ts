/** An agent that speaks through `prlt-agent`: what it says reaches the status comment and the pull request. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const agent = `
set -eu
prlt-agent progress "Half of it is there."
prlt-agent ask "Which language?" --option English --option German --default English
prlt-agent create-item --title "Tidy up @team" --body "Later."
echo hello > hello.txt
prlt-agent finish --title "Add hello" --summary "Adds hello.txt, fixes #7." --tested "cat hello.txt" \\
  --decision "English, since nobody answered." --contract "hello.txt has one line."
`;

const blocked = `
set -eu
echo half > half.txt
prlt-agent blocker --reason "No schema." --needs "The schema, @bob."
sleep 60
`;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

it('shows progress and questions, and its last word in the pull request', async () => {
  const issue = ask(stage, repo, 'Say hello');
  const status = await ended(stage, repo, issue, 'agent:review');
  expect(status).toContain('Half of it is there.');
  expect(status).toContain('> Which language?\n>\n> - English\n> - German\n>\n> It goes on with: English');
  expect(status).toContain('The agent proposes: Tidy up @\u200bteam.');
  const { title, body } = (await stage.until('the pull request', () => stage.github.pulls(repo)[0])).issue;
  expect(title).toBe('Add hello');
  expect(body).toContain('## Summary\n\nAdds hello.txt, fix\u200bes #\u200b7.');
  expect(body).toContain('## How it was tested\n\ncat hello.txt');
  expect(body).toContain('## Decisions\n\n- English, since nobody answered.');
  expect(body).toContain('## For the work that depends on this\n\nhello.txt has one line.');
});

it('is stopped when it reports a blocker, and what it needs is said', async () => {
  const other = await addRepository(stage, 'gears', { agent: blocked });
  const issue = ask(stage, other, 'Use the schema');
  const status = await stage.until('the wait', () =>
    statusComments(stage, other, issue).find((body) => /Waiting[\s\S]*It needs: /.test(body)),
  );
  expect(status).toContain('The agent cannot go on: No schema.');
  expect(status).toContain('It needs: The schema, @\u200bbob.');
});
