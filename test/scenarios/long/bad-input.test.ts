/** What nobody should send, keep or write: a sentence in the right place, the process alive, the next input works. */
import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended } from '#test/support/company.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const run = promisify(execFile);
let stage: Stage;

beforeAll(async () => {
  stage = await setStage({
    agent: 'echo "$PRLT_RUN_ID" > run.txt',
    runtime: 'host',
    env: { PRLT_MAX_CONCURRENCY: '8', PRLT_MAX_BUNDLE: '1m' },
  });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

interface Sent {
  body: string | Buffer;
  headers?: Record<string, string>;
  /** Leaves after so many bytes. */
  breakOff?: number;
}

/** Posts as GitHub does, signed, unless `headers` say otherwise; resolves with the status, 0 when it broke off. */
function post({ body, headers = {}, breakOff }: Sent): Promise<number> {
  const bytes = Buffer.from(body);
  const { promise, resolve } = Promise.withResolvers<number>();
  const sent = request(
    `${stage.prlt.url}/api/github/webhooks`,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': bytes.length,
        'x-github-event': 'issues',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': sign(bytes),
        ...headers,
      },
    },
    (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    },
  );
  sent.on('error', () => resolve(0));
  if (breakOff === undefined) sent.end(bytes);
  else sent.write(bytes.subarray(0, breakOff), () => setTimeout(() => sent.destroy(), 50));
  return promise;
}

function sign(bytes: Buffer): string {
  return `sha256=${createHmac('sha256', stage.github.app.webhookSecret).update(bytes).digest('hex')}`;
}

async function expectNextWorks(title: string): Promise<void> {
  const issue = ask(stage, repo, title);
  await ended(stage, repo, issue, 'agent:review');
}

describe('webhooks that are none', () => {
  const nested = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  const inputs: [what: string, sent: Sent, status: number][] = [
    ['unsigned', { body: '{}', headers: { 'x-hub-signature-256': '' } }, 401],
    [
      'signed by somebody else',
      { body: '{}', headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } },
      401,
    ],
    ['cut off', { body: JSON.stringify({ action: 'labeled', pad: 'x'.repeat(9_000) }), breakOff: 4_000 }, 0],
    ['of 26 MB', { body: Buffer.alloc(26 * 2 ** 20, ' ') }, 413],
    ['not JSON', { body: 'payload=x' }, 400],
    ['nearly JSON', { body: '{"action": labeled}' }, 202],
    [
      'an event of tomorrow',
      { body: '{"action":"opened"}', headers: { 'x-github-event': 'issue_dreams' } },
      202,
    ],
    ['an issue without anything', { body: '{"action":"labeled"}' }, 202],
    ['of the wrong types', { body: '{"action":["labeled"],"issue":7,"repository":"x","sender":null}' }, 202],
    ['nested 200,000 deep', { body: nested }, 202],
    ['a prototype in disguise', { body: '{"__proto__":{"action":"labeled"},"constructor":1}' }, 202],
  ];
  it.each(inputs)('%s', async (_, sent, status) => {
    const answer = await post(sent);
    // A server that answers before it read everything may close the connection first.
    expect(status === 413 ? [413, 0] : [status]).toContain(answer);
    expect((await fetch(`${stage.prlt.url}/healthz`)).status).toBe(200);
  });

  it('and the next one works', async () => {
    await expectNextWorks('After all that');
    expect(stage.prlt.log()).not.toContain('"level":60');
  });

  it('a real one replayed under another GUID starts nothing more', async () => {
    const real = stage.github.deliveries.findLast(
      ({ action, payload }) => action === 'labeled' && payload.includes('agent:ready'),
    );
    const pulls = stage.github.pulls(repo).length;
    expect(await post({ body: real?.payload ?? '' })).toBe(202);
    await expectNextWorks('After the replay');
    expect(stage.github.pulls(repo)).toHaveLength(pulls + 1);
  });
});

describe.concurrent('a repository', () => {
  const shared = '.github/prlt.yml';
  const organisation = async (owner: string) => {
    await stage.github.createRepository({
      owner,
      name: '.github',
      files: { [shared]: 'profiles:\n  coder:\n    runner: command\n    command: [sh, agent.sh]\n' },
    });
  };

  it('without a commit is refused with what to do', async () => {
    await organisation('nova');
    await stage.github.createRepository({ owner: 'nova', name: 'void', empty: true });
    stage.github.grant('nova/void', 'alice', 'write');
    const status = await ended(stage, 'nova/void', ask(stage, 'nova/void', 'Begin'), 'agent:failed');
    expect(status).toContain('**CHECKOUT_FAILED**: nova/void has no commit on `main`');
    expect(status).toContain('Push a first commit to the default branch');
  });

  it('whose default branch is gone is refused the same way', async () => {
    const { github } = stage;
    await organisation('vega');
    await github.createRepository({ owner: 'vega', name: 'headless' });
    github.grant('vega/headless', 'alice', 'write');
    await run('git', ['branch', '-m', 'main', 'elsewhere'], { cwd: github.git('vega/headless') });
    await run('git', ['symbolic-ref', 'HEAD', 'refs/heads/main'], { cwd: github.git('vega/headless') });
    const status = await ended(stage, 'vega/headless', ask(stage, 'vega/headless', 'Begin'), 'agent:failed');
    expect(status).toContain('**CHECKOUT_FAILED**: vega/headless has no commit on `main`');
  });

  it('whose configuration is no YAML is told the line', async () => {
    const name = await addRepository(stage, 'scrambled', { agent: 'true', config: 'workers: [[[\n\t}' });
    const status = await ended(stage, name, ask(stage, name, 'Parse'), 'agent:failed');
    expect(status).toContain('**CONFIG_INVALID**: .github/prlt.yml is not YAML');
    expect(status).toMatch(/line \d+/);
  });

  it.each([
    ['unseen', /\/issues\/1$/, '**ITEM_LOOKUP_FAILED**: GitHub does not let the App read this issue'],
    ['sealed', /\/contents\//, '**CONFIG_UNREADABLE**: .github/prlt.yml may not be read'],
  ])('%s: what the App may not read is said by name', async (title, path, said) => {
    const name = await addRepository(stage, title, { agent: 'true', owner: title });
    const where = new RegExp(`/${name}\\b.*${path.source}`);
    stage.github.faults.add({ when: { method: 'GET', path: where }, times: 1, do: { status: 403 } });
    const status = await ended(stage, name, ask(stage, name, 'Read'), 'agent:failed');
    expect(status).toContain(said);
  });

  it('whose configuration would unfold into gigabytes is refused', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi'])
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(', ')}]`);
    const name = await addRepository(stage, 'bomb', { agent: 'true', config: `${bomb.join('\n')}\n` });
    const status = await ended(stage, name, ask(stage, name, 'Unfold'), 'agent:failed');
    expect(status).toContain('**CONFIG_INVALID**');
  });

  it('with submodules and LFS pointers is worked on as it is, and both are said', async () => {
    const { github } = stage;
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n';
    const name = await addRepository(stage, 'borrowed', {
      agent: 'test -z "$(ls vendor/lib)" && cat big.bin > seen.txt',
    });
    await github.as('alice').push(name, 'main', {
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'big.bin': pointer,
      '.gitmodules': '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.org/lib.git\n',
    });
    const cwd = github.git(name);
    const gitlink = `160000 commit ${'1'.repeat(40)}\tvendor/lib`;
    await run(
      'sh',
      [
        '-ceu',
        `export GIT_INDEX_FILE="$PWD/scratch-index"; git read-tree main
         printf '%s\\n' "$1" | git update-index --index-info
         git -c user.name=x -c user.email=x@example.org commit-tree -p main -m sub "$(git write-tree)" | xargs git update-ref refs/heads/main
         rm "$GIT_INDEX_FILE"`,
        'sh',
        gitlink,
      ],
      { cwd },
    );
    const issue = ask(stage, name, 'Borrow');
    const status = await ended(stage, name, issue, 'agent:review');
    expect(status).toContain('Files kept in Git LFS are left as pointers.');
    expect(status).toContain('One submodule is left empty.');
    const { headSha } = github.pulls(name)[0] ?? { headSha: '' };
    expect(await github.readFile(name, headSha, 'seen.txt')).toBe(pointer);
    const { stdout } = await run('git', ['diff', '--name-only', 'main', headSha], { cwd });
    expect(stdout.split('\n').filter(Boolean)).toEqual(['seen.txt']);
  });
});

describe.concurrent('an agent that leaves', () => {
  const leave = async (name: string, agent: string) => {
    const full = await addRepository(stage, name, { agent, config: 'limits: { attempts: 1 }\n' });
    return { full, issue: ask(stage, full, 'Leave it') };
  };
  const results: [what: string, script: string, note: string][] = [
    [
      'a huge result',
      'head -c 200000 /dev/zero | tr "\\0" x > "$PRLT_RESULT_FILE"',
      'larger than 65536 bytes',
    ],
    ['a result that is no JSON', 'echo "root: no JSON" > "$PRLT_RESULT_FILE"', 'cannot be used as JSON'],
    ['a link as a result', 'ln -s /etc/passwd "$PRLT_RESULT_FILE"', 'not a regular file'],
    ['a folder as a result', 'mkdir "$PRLT_RESULT_FILE"', 'not a regular file'],
    ['a result of wrong types', `echo '{"title":7,"summary":["x"]}' > "$PRLT_RESULT_FILE"`, ''],
  ];
  it.each(results)('%s still has its change published', async (what, script, note) => {
    const { full, issue } = await leave(
      what.replaceAll(' ', '-'),
      `echo x > x.txt; rm -f "$PRLT_RESULT_FILE"; ${script}`,
    );
    const status = await ended(stage, full, issue, 'agent:review');
    expect(status).toContain(note);
    const [pull] = stage.github.pulls(full);
    expect(pull?.issue.title).toBe('Leave it');
    expect(pull?.issue.body).not.toContain('root:');
  });

  it('a branch over the cap is told which limit, and keeps the rest going', async () => {
    const { full, issue } = await leave('heavy', 'head -c 3000000 /dev/urandom > heavy.bin');
    const status = await ended(stage, full, issue, 'agent:failed');
    expect(status).toContain(
      '**LIMIT_BUNDLE**: The change was not taken: the branch is larger than 1048576 bytes',
    );
    expect(status).toContain('PRLT_MAX_BUNDLE');
    expect(Object.keys(await stage.github.branches(full))).toEqual(['main']);
  });
});
