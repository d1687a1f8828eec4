/** Real git for tests: repositories built by hand, and a smart HTTP server around `git http-backend`. */
import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ENV = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
};

/** One entry of a tree to build; `content` for files and links, `oid` for anything that exists already. */
export interface Entry {
  path: string;
  mode?: string;
  content?: string | Buffer;
  oid?: string;
}

export interface TestRepository {
  dir: string;
  /** Runs git in it and answers standard output; throws with git's words on failure. */
  git(args: string[], input?: string | Buffer): string;
  gitBytes(args: string[], input?: string | Buffer): Buffer;
  blob(content: string | Buffer): string;
  /** A commit on `parents` with the first parent's tree changed by `entries` (mode `000000` removes); moves no ref. */
  commit(parents: string[], entries: Entry[], message?: string): string;
  /** A commit of any tree, valid or not. */
  commitTree(tree: string, parents: string[], message?: string): string;
  /** A tree object from raw entries, with no check whatsoever. */
  rawTree(entries: { mode: string; name: string; oid: string }[]): string;
  /** Bundle of `branch` at `head`, without what `not` reaches. */
  bundle(head: string, not: string[], branch?: string): Buffer;
}

/** A bare repository at `dir`, which is made. */
export function makeRepository(dir: string): TestRepository {
  mkdirSync(dir, { recursive: true });
  const gitBytes = (args: string[], input?: string | Buffer, env: object = {}) => {
    const options: SpawnSyncOptions = { cwd: dir, env: { ...ENV, ...env }, maxBuffer: 2 ** 30 };
    const result = spawnSync('git', args, input === undefined ? options : { ...options, input });
    if (result.status !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
    return result.stdout as Buffer;
  };
  const git = (args: string[], input?: string | Buffer, env: object = {}) =>
    gitBytes(args, input, env).toString('utf8').trim();
  const blob = (content: string | Buffer) => git(['hash-object', '-w', '--stdin'], content);
  const commitTree = (tree: string, parents: string[], message = 'change') =>
    git(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], message);
  git(['init', '-q', '--bare', '-b', 'main', dir]);
  git(['config', 'http.receivepack', 'true']);

  return {
    dir,
    git,
    gitBytes,
    blob,
    commitTree,
    commit(parents, entries, message) {
      const index = { GIT_INDEX_FILE: join(dir, `index-${process.hrtime.bigint()}`) };
      git(parents[0] ? ['read-tree', parents[0]] : ['read-tree', '--empty'], undefined, index);
      const lines = entries.map(({ path, mode = '100644', content, oid }) => {
        const id = mode === '000000' ? '0'.repeat(40) : (oid ?? blob(content ?? ''));
        return `${mode} ${id}\t${path}\0`;
      });
      git(['update-index', '-z', '--index-info'], lines.join(''), index);
      const tree = git(['write-tree', '--missing-ok'], undefined, index);
      rmSync(index.GIT_INDEX_FILE, { force: true });
      return commitTree(tree, parents, message);
    },
    rawTree(entries) {
      const bytes = entries.map(({ mode, name, oid }) =>
        Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
      );
      return git(['hash-object', '-w', '--literally', '-t', 'tree', '--stdin'], Buffer.concat(bytes));
    },
    bundle(head, not, branch = 'work') {
      git(['update-ref', `refs/heads/${branch}`, head]);
      const excluded = not.map((sha) => `^${sha}`);
      return gitBytes(['bundle', 'create', '-q', '-', `refs/heads/${branch}`, ...excluded]);
    },
  };
}

export interface GitServer {
  /** `http://127.0.0.1:<port>`; a repository at `<root>/acme/widgets.git` is at `/acme/widgets.git`. */
  url: string;
  requests: { method: string; path: string; authorization: string | undefined }[];
  /** Answers the request itself when it returns true; may also just wait. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean) | undefined;
  close(): Promise<void>;
}

/** Serves the bare repositories under `root`. With `password`, basic authentication as GitHub does it. */
export async function startGitServer(root: string, password?: string): Promise<GitServer> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://test');
    git.requests.push({
      method: request.method ?? '',
      path: url.pathname + url.search,
      authorization: request.headers.authorization,
    });
    if (await git.intercept?.(request, response)) return;
    const expected = `Basic ${Buffer.from(`x-access-token:${password}`).toString('base64')}`;
    if (password && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end('Bad credentials\n');
      return;
    }
    backend(root, url, request, response);
  });
  const git: GitServer = {
    url: '',
    requests: [],
    intercept: undefined,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  git.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return git;
}

function backend(root: string, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const cgi = spawn('git', ['http-backend'], {
    env: {
      ...ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      REMOTE_USER: 'tester',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      ...(request.headers['content-length'] ? { CONTENT_LENGTH: request.headers['content-length'] } : {}),
    },
  });
  cgi.stdin.on('error', () => {});
  request.pipe(cgi.stdin);
  let head = Buffer.alloc(0);
  let started = false;
  cgi.stdout.on('data', (chunk: Buffer) => {
    if (started) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    started = true;
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(': ');
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
  });
  cgi.on('close', () => response.end());
}

/** A folder that `remove` takes away. */
export function scratch(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'prlt-git-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
