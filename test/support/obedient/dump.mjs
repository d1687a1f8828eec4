/** Writes down everything that a process in the container can read, to the file named by the first argument. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const to = resolve(process.argv[2]);
/** Bytes of one file, and of all. */
const most = { file: 512 * 1024, all: 24 * 2 ** 20 };
let left = most.all;
writeFileSync(to, '');

function keep(name, content) {
  if (content === undefined || left <= 0) return;
  const part = content.subarray(0, Math.min(most.file, left));
  left -= part.length;
  appendFileSync(to, Buffer.concat([Buffer.from(`\n== ${name}\n`), part]));
}
const attempt = (act) => {
  try {
    return act();
  } catch {
    return undefined;
  }
};
const told = (file, ...args) =>
  attempt(() => execFileSync(file, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 }));

keep('env', Buffer.from(JSON.stringify(process.env)));
for (const name of readdirSync('/proc').filter((entry) => /^(\d+|self)$/.test(entry))) {
  for (const part of ['environ', 'cmdline', 'mountinfo', 'maps', 'status', 'cgroup', 'net/unix', 'net/route'])
    keep(
      `/proc/${name}/${part}`,
      attempt(() => readFileSync(`/proc/${name}/${part}`)),
    );
  for (const fd of attempt(() => readdirSync(`/proc/${name}/fd`)) ?? [])
    keep(`/proc/${name}/fd/${fd}`, told('readlink', `/proc/${name}/fd/${fd}`));
}
for (const file of ['version', 'mounts', 'cmdline', 'keys', 'config.gz', 'kmsg', 'sys/kernel/hostname'])
  keep(`/proc/${file}`, told('timeout', '2', 'head', '-c', '100000', `/proc/${file}`));
keep('git config', told('git', 'config', '--list', '--show-origin'));
keep('git objects', told('git', 'log', '--all', '-p', '--format=raw'));
for (const path of [
  '/run/prlt',
  '/run/prlt/..',
  '/run/prlt/../..',
  '/mirror/..',
  '/work/..',
  '/root',
  '/home',
  '/var',
])
  keep(`ls ${path}`, told('ls', '-laR', path));

const skipped = /^\/(?:usr|opt\/prlt|proc|sys|dev|lib|lib64|bin|sbin)$/;
const waiting = ['/'];
while (waiting.length > 0 && left > 0) {
  const dir = waiting.pop();
  for (const name of attempt(() => readdirSync(dir)) ?? []) {
    const path = dir === '/' ? `/${name}` : `${dir}/${name}`;
    const stat = attempt(() => lstatSync(path));
    if (!stat || path === to || skipped.test(path)) continue;
    if (stat.isDirectory()) waiting.push(path);
    else if (stat.isFile())
      keep(
        path,
        attempt(() => readFileSync(path)),
      );
  }
}
process.stdout.write(`dumped ${most.all - left} bytes\n`);
