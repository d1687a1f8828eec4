/** Commands in comments: what they answer, where, and what is no command at all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '#src/commands/registry.ts';
import type { Comment } from '#test/support/github/model.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const agent = 'echo done > done.txt';

describe('commands in comments', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ agent, runtime: 'host' });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  const open = (title: string) => stage.github.as('alice').openIssue(repo, { title }).number;
  const say = (issue: number, body: string, login = 'alice') =>
    stage.github.as(login).comment(repo, issue, body);
  const answers = (issue: number) =>
    stage.github.comments(repo, issue).filter(({ author }) => author.type === 'Bot');
  const faces = (issue: number, comment: Comment) =>
    stage.github.reactions(repo, issue, comment.id).map(({ content }) => content);
  const answer = (issue: number, nth = 0) =>
    stage.until('the answer', () => answers(issue)[nth]).then(({ body }) => body);

  it('help lists the registry', async () => {
    const issue = open('Help');
    const asked = say(issue, 'How do I use this?\n\n/prlt help\n');
    const body = await answer(issue);
    for (const { shape } of commands) {
      expect(body).toContain(`\`${shape.usage}\``);
      expect(body).toContain(shape.summary);
    }
    await stage.until('the rocket', () => faces(issue, asked).join() === 'eyes,rocket');
  });

  it('status answers with a new comment, before and after work', async () => {
    const { github, until } = stage;
    const issue = open('Status');
    say(issue, '/prlt status');
    expect(await answer(issue)).toContain('Nobody has asked for work');
    const start = say(issue, '/prlt start');
    const pull = await until('the pull request', () =>
      github.pulls(repo).find((one) => one.headRef.includes('status')),
    );
    await until('the review', () => github.labels(repo, issue).join() === 'agent:review');
    expect(faces(issue, start)).toEqual(['eyes', 'rocket']);
    say(issue, '/prlt work status');
    const body = await answer(issue, 2);
    expect(body).toContain('Ready for review');
    expect(body).toContain(`[#${pull.issue.number}]`);
    expect(answers(issue)).toHaveLength(3);
    expect(answers(issue).filter((one) => one.body.includes('<!-- prlt:status'))).toHaveLength(1);
  });

  it('an unknown verb gets the nearest one, the usage and what to do', async () => {
    const issue = open('Unknown');
    const asked = say(issue, '/prlt strat');
    const body = await answer(issue);
    expect(body).toMatch(/no command `strat`\. The nearest one is `work (start|status)`/);
    expect(body).toContain('Usage:');
    expect(body).toContain('/prlt sta');
    expect(body).toContain('Post a new comment; edits do not act.');
    await stage.until('the face', () => faces(issue, asked).join() === 'eyes,confused');
    expect(stage.github.labels(repo, issue)).toEqual([]);
  });

  it('a wrong usage gets a sentence and the usage', async () => {
    const issue = open('Usage');
    say(issue, '/prlt poke');
    const body = await answer(issue);
    expect(body).toContain('/prlt poke "what the agent should know"');
    expect(body).toContain('Post a new comment; edits do not act.');
  });

  it('each command of a comment is obeyed, in order', async () => {
    const issue = open('Several');
    say(issue, '/prlt help\n/prlt status\n/prlt frobnicate\n/prlt stop\n/prlt poke "hello"');
    await stage.until('the answers', () => answers(issue).length === 5);
    const bodies = answers(issue).map(({ body }) => body);
    expect(bodies[0]).toContain('Commands');
    expect(bodies[1]).toContain('Nobody has asked');
    expect(bodies[2]).toContain('`frobnicate`');
    expect(bodies[3]).toContain('nothing to stop');
    expect(bodies[4]).toContain('nobody heard this');
  });

  it('quotes, code, hidden comments, other words and edits are no commands', async () => {
    const { github, until } = stage;
    const issue = open('Ignored');
    const ignored = [
      '> /prlt start',
      '```\n/prlt start\n```',
      '    /prlt start',
      '<!--\n/prlt start\n-->',
      'please /prlt start',
      '`/prlt start`',
      '/prltstart',
      '- /prlt start',
    ].map((body) => say(issue, body));
    const edited = say(issue, 'nothing yet');
    github.as('alice').editComment(repo, edited.id, '/prlt start');
    const last = say(issue, '/prlt status');
    expect(await answer(issue)).toContain('Nobody has asked');
    await until('the rocket', () => faces(issue, last).includes('rocket'));
    await github.webhooks.settled();
    expect(answers(issue)).toHaveLength(1);
    for (const comment of [...ignored, edited]) expect(faces(issue, comment)).toEqual([]);
    expect(github.labels(repo, issue)).toEqual([]);
  });

  it('start on a pull request that no agent made says so', async () => {
    const { github } = stage;
    const alice = github.as('alice');
    await alice.push(repo, 'mine', { 'mine.txt': 'mine\n' });
    const pull = await alice.openPull(repo, { title: 'Mine', head: 'mine', base: 'main' });
    say(pull.issue.number, '/prlt start');
    expect(await answer(pull.issue.number)).toContain('not opened by prlt');
  });
});
