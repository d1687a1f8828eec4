/** Small stand-ins for the registries that package managers know, each a request listener that serves one package. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/**
 * An npm registry with one package at version 1.0.0.
 *
 * @param at its own address without a slash at the end, once it is known
 */
export function npmRegistry(name: string, at: () => string): RequestListener {
  const tarball = npmTarball(name);
  const file = `${name}/-/${name.split('/').at(-1)}-1.0.0.tgz`;
  return (req, res) => {
    const path = decodeURIComponent(new URL(req.url ?? '', at()).pathname).slice(
      new URL(at()).pathname.length,
    );
    if (path.replace(/^\//, '') === file)
      return void res.setHeader('content-type', 'application/gzip').end(tarball);
    if (path.replace(/^\//, '') !== name) return void res.writeHead(404).end();
    const version = { name, version: '1.0.0', main: 'index.js', dist: { tarball: `${at()}/${file}` } };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } }));
  };
}

function npmTarball(name: string): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'npm-package-'));
  try {
    mkdirSync(join(dir, 'package'));
    writeFileSync(
      join(dir, 'package/package.json'),
      JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    );
    writeFileSync(join(dir, 'package/index.js'), `module.exports = ${JSON.stringify(`I am ${name}`)};\n`);
    execFileSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: dir });
    return readFileSync(join(dir, 'package.tgz'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A PyPI index at `/simple/` with one module at version 1.0.0 and its file outside of it, as most have it. */
export function pypiIndex(name: string): RequestListener {
  const wheel = `${name}-1.0.0-py3-none-any.whl`;
  const info = `${name}-1.0.0.dist-info`;
  const content = zip({
    [`${name}.py`]: `words = "I am ${name}"\n`,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0.0\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: `${name}.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
  });
  return (req, res) => {
    if (req.url?.endsWith(`/simple/${name}/`))
      return void res
        .setHeader('content-type', 'text/html')
        .end(`<a href="../../files/${wheel}">${wheel}</a>`);
    if (req.url?.endsWith(`/files/${wheel}`)) return void res.end(content);
    res.writeHead(404).end();
  };
}

/** A Maven repository; each package is `<group>:<name>:<version>` and has a pom and a jar. */
export function mavenRepository(...packages: string[]): RequestListener {
  const files = new Map<string, string | Buffer>();
  for (const one of packages) {
    const [group = '', name, version] = one.split(':');
    const at = `/${group.replaceAll('.', '/')}/${name}/${version}/${name}-${version}`;
    const about = `<groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>`;
    files.set(`${at}.pom`, `<project><modelVersion>4.0.0</modelVersion>${about}</project>`);
    files.set(`${at}.jar`, zip({ 'META-INF/MANIFEST.MF': '', 'words.txt': `I am ${name}\n` }));
  }
  for (const [path, content] of [...files])
    files.set(`${path}.sha1`, createHash('sha1').update(content).digest('hex'));
  return (req, res) => {
    const [, content] = [...files].find(([path]) => req.url?.endsWith(path)) ?? [];
    res.writeHead(content === undefined ? 404 : 200).end(content);
  };
}

/** Files as they are, without compression (APPNOTE 4.3). */
function zip(files: Record<string, string>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const body = Buffer.from(text);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x21, 8);
    fields.writeUInt32LE(crc32(body), 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(body.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), body]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    entries.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, rest, Buffer.from(name)]),
    );
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
