/** What an agent plants for git is carried out nowhere: every program that the service starts is written down by the kernel. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** Everything that a git on the host could stumble over, beside what hostile-checkout.test.ts plants. */
const plant = `
set -eu
echo "a harmless line" > harmless.txt
git add harmless.txt && git commit -qm "Add a harmless line"
trap_file="$HOME/trap"; printf '#!/bin/sh\\nexit 0\\n' > "$trap_file"; chmod +x "$trap_file"
mkdir -p hooks .githooks sub.git/hooks sub.git/objects sub.git/refs deep/er.git/objects deep/er.git/refs
for dir in hooks .githooks sub.git/hooks; do for hook in post-checkout pre-push post-receive update reference-transaction; do cp "$trap_file" $dir/$hook; done; done
for bare in sub.git deep/er.git; do
  echo 'ref: refs/heads/main' > $bare/HEAD; : > $bare/objects/k; : > $bare/refs/k
  printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = false\\n\\tfsmonitor = touch /tmp/owned #\\n\\thooksPath = ../hooks\\n\\tworktree = ..\\n[include]\\n\\tpath = ../../.gitconfig\\n' > $bare/config
done
printf '* filter=trap diff=trap merge=trap ident export-subst\\n*.enc working-tree-encoding=UTF-7\\n*.txt text eol=crlf\\n' > .gitattributes
printf '[core]\\n\\tsshCommand = touch /tmp/owned\\n[alias]\\n\\tindex-pack = !touch /tmp/owned\\n' > .gitconfig
printf 'mapped <a@b> <agent@prlt>\\n' > .mailmap
printf '[lfs]\\n\\turl = "http://127.0.0.1:1/"\\n' > .lfsconfig
mkdir -p .husky && cp "$trap_file" .husky/pre-push && printf '{"scripts":{"preinstall":"touch /tmp/owned","prepare":"touch /tmp/owned"}}' > package.json
# In the repository's own directory, where only the git inside of the box looks.
printf '\\n[includeIf "gitdir:/"]\\n\\tpath = %s/.gitconfig\\n[extensions]\\n\\tworktreeConfig = true\\n[core]\\n\\tfsmonitor = %s\\n[gc]\\n\\tauto = 1\\n' "$PWD" "$trap_file" >> .git/config
git update-ref 'refs/heads/--upload-pack=touch' HEAD
git update-ref refs/replace/$(git rev-parse HEAD~1) HEAD || true
git update-ref refs/heads/HEAD HEAD; git tag -- -f HEAD || true
printf '%s %s\\n' "$(git rev-parse HEAD)" "$(git rev-parse HEAD~1)" > .git/info/grafts
echo "$(git rev-parse HEAD)" > .git/shallow.lock || true
git add -A -f . && git commit -qm '$(touch /tmp/owned)

\`touch /tmp/owned\`; --upload-pack=touch
Signed-off-by: "; touch /tmp/owned #" <a@b>' --author='--exec=touch <$(id)@b>'
printf '/etc\\n' >> .git/objects/info/alternates
echo planted
`;

/** By the name of the file that is executed, and where it lies. */
const listed = new Set([
  'git',
  'git-remote-http',
  'git-remote-https',
  'prlimit',
  'setpriv',
  'sh',
  'dash',
  'cat',
]);
const places = /^(\/usr\/(local\/)?(s?bin|lib\/git-core|libexec\/git-core)|\/bin|\/sbin)\//;

let stage: Stage;
let dir: string;
let tracer: ChildProcess;
let trace: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trace-'));
  trace = join(dir, 'exec');
  stage = await setStage({ agent: plant, config: 'limits: { attempts: 1 }\n' });
  const args = ['-f', '-qq', '-s', '400', '-e', 'trace=execve,execveat', '-e', 'signal=none', '-o', trace];
  tracer = spawn('strace', [...args, '-p', String(stage.prlt.pid)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await Promise.race([
    once(tracer, 'spawn'),
    once(tracer, 'error').then(() =>
      Promise.reject(new Error('This test needs strace: apt-get install strace')),
    ),
  ]);
  const attached = async () =>
    /^TracerPid:\s+[1-9]/m.test(await readFile(`/proc/${stage.prlt.pid}/status`, 'utf8'));
  await stage.until('the tracer', attached, 20);
}, 120_000);
afterAll(async () => {
  expect(stage?.github.contractViolations).toEqual([]);
  tracer?.kill('SIGTERM');
  await stage?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Paths of the programs that were started. */
async function started(): Promise<string[]> {
  const lines = (await readFile(trace, 'utf8')).split('\n');
  return lines.flatMap((line) => /execve(?:at)?\((?:AT_FDCWD, )?"([^"]+)".* = 0$/.exec(line)?.[1] ?? []);
}

it('the work arrives, and the service has started nothing but git and what keeps git in bounds', async () => {
  const issue = ask(stage, repo, 'Plant');
  const status = await ended(stage, repo, issue, 'agent:review', 120);
  expect(status).toContain('planted');
  const [pull] = stage.github.pulls(repo);
  const files = execFileSync('git', ['ls-tree', '-r', '--name-only', pull?.headSha ?? ''], {
    cwd: stage.github.git(repo),
    encoding: 'utf8',
  });
  for (const path of ['harmless.txt', 'sub.git/config', '.gitattributes', '.husky/pre-push'])
    expect(files).toContain(`${path}\n`);
  expect(await stage.github.branches(repo)).toEqual({
    main: expect.any(String),
    [pull?.headRef ?? '']: pull?.headSha,
  });

  const programs = await started();
  expect(programs.filter((path) => basename(path) === 'git').length).toBeGreaterThan(5);
  const strange = programs.filter((path) => !places.test(path) || !listed.has(basename(path)));
  expect([...new Set(strange)]).toEqual([]);
});

it('nor when the pull request is closed and everything is cleaned up', async () => {
  await stage.github.as('alice').closePull(repo, stage.github.pulls(repo)[0]?.issue.number ?? 0);
  await stage.until('the label is gone', () => stage.github.labels(repo, 1).length === 0, 60);
  const strange = (await started()).filter((path) => !places.test(path) || !listed.has(basename(path)));
  expect(strange).toEqual([]);
  // The one shell line is the service's own: it hands git the token of a push by a descriptor.
  const shells = (await readFile(trace, 'utf8'))
    .split('\n')
    .filter((line) => /execve\("[^"]*\/(?:da)?sh".* = 0$/.test(line));
  for (const line of shells) expect(line).toContain('f() { test \\"$1\\" = get && cat <&3; }; f');
});
