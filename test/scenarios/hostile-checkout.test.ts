/** An agent plants programs wherever git would run them: none runs on the host, and the harmless part of its work arrives. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** `trap` leaves a file where the test looks on the host, and calls a server that listens on the host. */
const plant = (markers: string, port: number): string => `
set -eu
mkdir -p ${markers}
here=$(pwd)
cat > "$here/../trap" <<'TRAP'
#!/bin/sh
mkdir -p ${markers} && : > "${markers}/$(basename "$0")-$$"
node -e "require('net').connect(${port}, '127.0.0.1').on('error', () => {})" || true
case "$*" in *clean*|*smudge*) cat ;; esac
exit 0
TRAP
chmod +x "$here/../trap"
echo "a harmless line" > harmless.txt
echo data > data.bin
git add harmless.txt data.bin
git commit -qm "Add a harmless line"

mkdir -p .git/hooks
for hook in pre-commit commit-msg post-commit pre-push post-checkout post-index-change reference-transaction \\
  pre-receive update post-receive post-update proc-receive push-to-checkout fsmonitor-watchman pre-auto-gc post-rewrite; do
  cp "$here/../trap" .git/hooks/$hook
done
cat >> .git/config <<CONFIG
[core]
  fsmonitor = $here/../trap fsmonitor
  hooksPath = $here/.git/hooks
  sshCommand = $here/../trap ssh
  gitProxy = $here/../trap proxy
  pager = $here/../trap pager
  editor = $here/../trap editor
  askPass = $here/../trap askpass
  alternateRefsCommand = $here/../trap alternates
  attributesFile = $here/.gitattributes
[filter "trap"]
  clean = $here/../trap clean
  smudge = $here/../trap smudge
[diff]
  external = $here/../trap diff
[diff "trap"]
  command = $here/../trap diff
  textconv = $here/../trap textconv
[merge "trap"]
  driver = $here/../trap merge
[credential]
  helper = !$here/../trap credential
[gpg]
  program = $here/../trap gpg
[uploadpack]
  packObjectsHook = $here/../trap pack
[remote "origin"]
  uploadpack = $here/../trap upload
  receivepack = $here/../trap receive
  vcs = ext
  proxy = http://127.0.0.1:${port}
[protocol]
  allow = always
[http]
  proxy = http://127.0.0.1:${port}
  extraHeader = X-Trap: yes
[url "http://127.0.0.1:${port}/"]
  insteadOf = http://
  pushInsteadOf = http://
[alias]
  bundle = !$here/../trap alias
  push = !$here/../trap alias
CONFIG
cp .git/config "$HOME/.gitconfig"

# What is planted does fire where the agent itself is: otherwise this would prove nothing.
git status > /dev/null 2>&1 || true
test -n "$(ls ${markers})"
echo "the traps are live"

printf '*.bin filter=trap diff=trap merge=trap\\nharmless.txt diff=trap\\n' > .gitattributes
mkdir -p nested/objects nested/refs nested/hooks
echo "ref: refs/heads/main" > nested/HEAD
printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = true\\n\\tfsmonitor = %s\\n' "$here/../trap nested" > nested/config
cp "$here/../trap" nested/hooks/post-update
: > nested/objects/keep
: > nested/refs/keep
echo "left uncommitted" > loose.txt
`;

let stage: Stage;
let markers: string;
let server: Server;
let calls = 0;

beforeAll(async () => {
  markers = await mkdtemp(join(tmpdir(), 'prlt-markers-'));
  server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  stage = await setStage({ agent: plant(markers, port), config: 'limits: { attempts: 1 }\n' });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
  server.close();
  await rm(markers, { recursive: true, force: true });
});

describe('programs that an agent planted for git', () => {
  it('run nowhere on the host, and the work arrives where it should', async () => {
    const { github } = stage;
    const issue = ask(stage, repo, 'Plant traps');
    const status = await ended(stage, repo, issue, 'agent:review');
    expect(status).toContain('the traps are live');
    const [pull] = github.pulls(repo);
    const head = pull?.headSha ?? '';
    expect(await github.branches(repo)).toMatchObject({ [pull?.headRef ?? '']: head });
    expect(await github.readFile(repo, head, 'harmless.txt')).toBe('a harmless line\n');
    const changed = execFileSync('git', ['diff', '--name-only', `main...${head}`], {
      cwd: github.git(repo),
      encoding: 'utf8',
    });
    for (const path of ['harmless.txt', 'loose.txt', 'nested/config']) expect(changed).toContain(`${path}\n`);
    // Every push went to the repository's own address; a rewritten one would have gone to the listening server.
    const pushes = github.requests.filter(
      (each) => each.kind === 'git' && each.path.includes('receive-pack'),
    );
    expect(new Set(pushes.map((each) => each.path.split('.git')[0]))).toEqual(new Set([`/${repo}`]));
    expect(await readdir(markers)).toEqual([]);
    expect(calls).toBe(0);
  });

  it('run nowhere either when the item ends and everything is cleaned up', async () => {
    const { github, until, prlt } = stage;
    const [pull] = github.pulls(repo);
    await github.as('alice').closePull(repo, pull?.issue.number ?? 0);
    await until('the label is gone', () => github.labels(repo, 1).length === 0);
    await prlt.end('SIGTERM');
    await prlt.start();
    expect(await readdir(markers)).toEqual([]);
    expect(calls).toBe(0);
  });
});
