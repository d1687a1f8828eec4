/** The main job: an issue labelled `agent:ready` becomes a pull request. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const agent = `
set -eu
echo "reading the prompt"
cat "$PRLT_PROMPT_FILE" > prompt.txt
echo "hello from $PRLT_ITEM_KEY" > hello.txt
git add hello.txt
git commit -qm "Add a greeting"
echo '{"title":"Add a greeting","summary":"Adds hello.txt.","tested":"Read it."}' > "$PRLT_RESULT_FILE"
`;

describe('an issue labelled agent:ready', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ agent });
  });
  afterAll(() => stage?.close());

  it("becomes a pull request with the agent's change", async () => {
    const { github, until } = stage;
    const issue = github.as('alice').openIssue(repo, { title: 'Add hello', body: 'Please add a greeting.' });
    github.as('alice').label(repo, issue.number, 'agent:ready');

    await until(
      'the eyes',
      () => github.reactions(repo, issue.number).some((each) => each.content === 'eyes'),
      5,
    );
    const pull = await until('the pull request', () => github.pulls(repo)[0]);
    await until('the label', () => github.labels(repo, issue.number).includes('agent:review'));

    expect(pull.headRef).toBe('GH-1/feat/bezos/widgets/add-hello');
  });
});
