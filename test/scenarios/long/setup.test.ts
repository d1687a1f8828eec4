/** Set-up steps and parts of a monorepo, as people see them: what failed, what took too long, which part it was about. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { runEvents } from '#test/support/machine.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent: 'true\n', runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '16' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const agent = 'echo agent > agent.txt\n';

describe.concurrent('a set-up', () => {
  it('that fails is told with command, exit code and last lines, is tried again, and no agent begins', async () => {
    const config = 'limits: { attempts: 2 }\nsetup: ["echo the registry is away; exit 9"]\n';
    const name = await addRepository(stage, 'fails', { agent, config });
    const status = await ended(stage, name, ask(stage, name, 'Try'), 'agent:failed');
    expect(status).toContain('**SETUP_FAILED**');
    expect(status).toContain('`echo the registry is away; exit 9` ended with exit code 9');
    expect(status).toMatch(/^.*the registry is away$/m);
    expect(status).toContain('| Attempt | 2 of 2');
    expect(stage.github.pulls(name)).toEqual([]);
  });

  it('that takes too long is stopped by name', async () => {
    const config = 'limits: { attempts: 1, setup: 1s }\nsetup: [sleep 300]\n';
    const name = await addRepository(stage, 'slow', { agent, config });
    const status = await ended(stage, name, ask(stage, name, 'Try'), 'agent:failed');
    expect(status).toContain('**LIMIT_SETUP**');
    expect(status).toContain('longer than limits.setup (1 s), in the step `sleep 300`');
  });

  it('may be quiet for longer than an agent may', async () => {
    const config = 'limits: { attempts: 1, stall: 1s }\nsetup: [sleep 4]\n';
    const name = await addRepository(stage, 'quiet', { agent, config });
    await ended(stage, name, ask(stage, name, 'Try'), 'agent:review');
  });

  it('ends when people stop it', async () => {
    const { github, until, prlt } = stage;
    const config = 'setup: ["echo begun; sleep 54321"]\n';
    const name = await addRepository(stage, 'stopped', { agent, config });
    const issue = ask(stage, name, 'Try');
    await until('the step', () =>
      runEvents(prlt.dataDir).some((event) => event.type === 'message' && event.text.includes('begun')),
    );
    github.as('alice').comment(name, issue, '/prlt stop');
    await until('the word', () => statusComments(stage, name, issue)[0]?.includes('Stopped by alice'));
    expect(github.pulls(name)).toEqual([]);
  });
});

describe.concurrent('a part of a monorepo', () => {
  const config = `setup: [echo root > root.log]
paths:
  packages/web: { setup: [pwd > web.log], profile: web }
`;
  const profile =
    '  web:\n    runner: command\n    command: [sh, -c, "cat packages/web/web.log > web.txt"]\n';

  it('has its set-up, in its folder, and its profile, when the issue names it', async () => {
    const { github, until } = stage;
    const name = 'acme/mono';
    await github.createRepository({
      owner: 'acme',
      name: 'mono',
      files: {
        '.gitignore': '*.log\n',
        'packages/web/index.js': '1\n',
        'agent.sh': 'cat root.log > root.txt\n',
        '.github/prlt.yml': `profiles:\n  coder:\n    runner: command\n    command: [sh, agent.sh]\n${profile}${config}`,
      },
    });
    github.grant(name, 'alice', 'write');
    const about = github
      .as('alice')
      .openIssue(name, { title: 'Mend it', body: 'See packages/web/index.js.' });
    github.as('alice').label(name, about.number, 'agent:ready');
    const status = await ended(stage, name, about.number, 'agent:review');
    expect(status).toContain('It is about the part `packages/web`, as its text says');
    expect(status).toContain('`web`');
    const rest = ask(stage, name, 'All of it');
    expect(await ended(stage, name, rest, 'agent:review')).not.toContain('It is about the part');
    await until('both', () => github.pulls(name).length === 2);
  });
});

it('a repository’s image is refused where there are no containers', async () => {
  const name = await addRepository(stage, 'imaged', { agent, config: 'image: dev:1\n' });
  const status = await ended(stage, name, ask(stage, name, 'Try'), 'agent:failed');
  expect(status).toContain('**IMAGE_REFUSED**');
  expect(status).toContain('`dev:1`');
});
