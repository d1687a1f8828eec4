/** A tiny image for these tests, imported from the Node that runs them: no registry, no runner image needed. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, copyFile, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';

const exec = promisify(execFile);

/** Removes nothing: the image stays for the next test run. `extra` is a further Dockerfile instruction. */
export async function standInImage(docker: Docker, extra?: string): Promise<string> {
  const node = await realpath(process.execPath);
  const hash = createHash('sha256')
    .update(`3 ${node} ${process.version} ${extra ?? ''}`)
    .digest('hex')
    .slice(0, 12);
  const name = `prlt-test-stand-in:${hash}`;
  const there = await docker
    .getImage(name)
    .inspect()
    .catch(() => undefined);
  if (there !== undefined) return name;
  const tree = await mkdtemp(join(tmpdir(), 'image-'));
  const tar = `${tree}.tar`;
  try {
    const { stdout } = await exec('ldd', [node]);
    const libraries = [...stdout.matchAll(/(\/\S+\.so[.0-9]*)/g)].map((match) => match[1] ?? '');
    for (const library of libraries) {
      await mkdir(join(tree, dirname(library)), { recursive: true });
      await copyFile(library, join(tree, library));
    }
    for (const part of ['usr/bin', 'work', 'mirror', 'run/prlt', 'tmp', 'proc', 'dev', 'sys', 'etc']) {
      await mkdir(join(tree, part), { recursive: true });
    }
    await copyFile(node, join(tree, 'usr/bin/node'));
    await symlink('usr/bin', join(tree, 'bin'));
    // The engine takes over the mode of the directory that a tmpfs covers.
    await chmod(join(tree, 'tmp'), 0o1777);
    await chown(join(tree, 'work'), 1000, 1000);
    await exec('tar', ['-C', tree, '-cf', tar, '.']);
    const changes = [
      'ENV PATH=/usr/bin',
      'ENTRYPOINT ["node","/mirror/stand-in.mjs"]',
      ...(extra ? [extra] : []),
    ];
    const stream = await docker.importImage(tar, { repo: 'prlt-test-stand-in', tag: hash, changes });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  } finally {
    await rm(tree, { recursive: true, force: true });
    await rm(tar, { force: true });
  }
  return name;
}
