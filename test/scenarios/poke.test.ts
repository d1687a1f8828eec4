/** Steering: what a person says while an agent works reaches it, and what nobody can hear is said to be so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** The first prompt waits for a file that stands for slow work; each prompt is written down with its number. */
const agent = `
set -eu
cp "$PRLT_PROMPT_FILE" "prompt-$PRLT_PROMPT_NUMBER.txt"
echo "prompt $PRLT_PROMPT_NUMBER is here"
[ "$PRLT_PROMPT_NUMBER" != 1 ] || sleep 5
`;

describe('/prlt poke', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ agent });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  const reactions = (number: number, comment: number) =>
    stage.github.reactions(repo, number, comment).map((each) => each.content);

  it('reaches the agent that works, before the run is finished', async () => {
    const { github, until, status } = stage;
    const alice = github.as('alice');
    const issue = alice.openIssue(repo, { title: 'Fix quotes', labels: ['agent:ready'] });
    await until('the work', () => status(issue.number)?.includes('Working'));
    const poke = alice.comment(repo, issue.number, '/prlt poke "use “smart” quotes"');
    const second = alice.comment(repo, issue.number, '/prlt poke “and end with a dot”\n/prlt poke bye');
    await until('the eyes', () =>
      [poke, second].every(({ id }) => reactions(issue.number, id).includes('eyes')),
    );
    expect(reactions(issue.number, poke.id)).toEqual(['eyes']);
    await until('the rockets', () =>
      [poke, second].every(({ id }) => reactions(issue.number, id).includes('rocket')),
    );
    expect(reactions(issue.number, poke.id)).toEqual(['eyes', 'rocket']);

    const pull = await until('the pull request', () => github.pulls(repo)[0]);
    const read = (path: string) => github.readFile(repo, pull.headSha, path);
    expect(await read('prompt-2.txt')).toMatch(/`alice`[\s\S]*```text\nuse “smart” quotes\n```/);
    expect(await read('prompt-3.txt')).toMatch(/```text\nand end with a dot\n```/);
    expect(await read('prompt-4.txt')).toMatch(/```text\nbye\n```/);
    expect(await read('prompt-5.txt')).toBeNull();
    const written = github
      .writes()
      .filter((each) => /\/issues\/comments\/\d+$/.test(each.path))
      .map((each) => (each.body as { body: string }).body);
    const working = written.filter((text) => text.includes('🛠️ Working'));
    expect(working.some((text) => text.includes('prompt 1 is here'))).toBe(true);
    expect(github.comments(repo, issue.number).filter(({ author }) => author.type === 'Bot')).toHaveLength(1);
  });

  it('is answered when the run ends before its agent got it', async () => {
    const { github, until, status } = stage;
    const alice = github.as('alice');
    const issue = alice.openIssue(repo, { title: 'Stop first', labels: ['agent:ready'] }).number;
    await until('the work', () => status(issue)?.includes('Working'));
    const poke = alice.comment(repo, issue, '/prlt poke "too late"');
    const stop = alice.comment(repo, issue, '/prlt stop');
    await until('the stop', () => reactions(issue, stop.id).includes('rocket'));
    await until('the face', () => reactions(issue, poke.id).includes('confused'));
    expect(reactions(issue, poke.id)).toEqual(['eyes', 'confused']);
    const answer = await until('the answer', () =>
      github.comments(repo, issue).find(({ body }) => body.includes('so nobody heard this')),
    );
    expect(answer.author.type).toBe('Bot');
  });

  it('says so on the pull request, where it is the same item, when nobody works any more', async () => {
    const { github, until } = stage;
    const pull = await until('the pull request', () => github.pulls(repo)[0]);
    const number = pull.issue.number;
    const comment = github.as('alice').comment(repo, number, '/prlt poke "one more thing"');
    const answer = await until('the answer', () =>
      github.comments(repo, number).find(({ author }) => author.type === 'Bot'),
    );
    await until('the face', () => reactions(number, comment.id).includes('confused'));
    expect(reactions(number, comment.id)).toEqual(['eyes', 'confused']);
    expect(answer.body).toContain('No agent works on `GH-1` now');
    expect(answer.body).toContain('/prlt start');
    expect(github.pulls(repo)).toHaveLength(1);
  });

  it('says so on an issue that nobody ever gave to prlt', async () => {
    const { github, until } = stage;
    const issue = github.as('alice').openIssue(repo, { title: 'Untouched' });
    const comment = github.as('alice').comment(repo, issue.number, '/prlt poke "anyone there?"');
    const answer = await until('the answer', () => github.comments(repo, issue.number)[1]);
    expect(answer.body).toContain(`No agent works on \`GH-${issue.number}\` now`);
    await until('the face', () => reactions(issue.number, comment.id).includes('confused'));
    expect(github.labels(repo, issue.number)).toEqual([]);
  });
});

describe('/prlt poke on the pull request of a running item', () => {
  it('is the same item', async () => {
    const slow = `
set -eu
cp "$PRLT_PROMPT_FILE" last.txt
echo "$PRLT_RUN_KIND" >> kinds.txt
[ ! -e first ] || [ -e second ] || { touch second; sleep 6; }
touch first
`;
    const stage = await setStage({ agent: slow, runtime: 'host' });
    try {
      const { github, until, status } = stage;
      const alice = github.as('alice');
      const issue = alice.openIssue(repo, { title: 'Twice', labels: ['agent:ready'] });
      const pull = await until('the pull request', () => github.pulls(repo)[0]);
      await until('the review', () => github.labels(repo, issue.number).join() === 'agent:review');
      alice.comment(repo, issue.number, '/prlt start');
      await until('the work', () => status(issue.number)?.includes('Working'));
      const poke = alice.comment(repo, pull.issue.number, '/prlt poke "from the pull request"');
      await until('the rocket', () =>
        github.reactions(repo, pull.issue.number, poke.id).some(({ content }) => content === 'rocket'),
      );
      const read = (path: string) => github.readFile(repo, pull.headRef, path);
      await until('the poke', async () => (await read('last.txt'))?.includes('from the pull request'));
      expect(await read('kinds.txt')).toBe('implement\nfix\nfix\n');
      await until('the end', () => status(issue.number)?.includes('Ready for review'));
      expect(github.pulls(repo)).toHaveLength(1);
      expect(github.contractViolations).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});
