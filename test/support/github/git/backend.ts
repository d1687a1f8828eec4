/** git's own smart HTTP server, run as a CGI program for one request. */
import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { basename, dirname } from 'node:path';
import type { Git } from './git.ts';

export interface GitAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/**
 * Serves `info/refs`, `git-upload-pack` or `git-receive-pack` of one bare repository.
 * `env` reaches the hooks of a push.
 */
export function serveGit(
  git: Git,
  input: {
    dir: string;
    service: string;
    query: string;
    request: IncomingMessage;
    env: Record<string, string>;
  },
): Promise<GitAnswer> {
  const { dir, service, query, request } = input;
  const header = (name: string) => String(request.headers[name] ?? '');
  const env: Record<string, string> = {
    ...git.env,
    ...input.env,
    GIT_PROJECT_ROOT: dirname(dir),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${basename(dir)}/${service}`,
    REQUEST_METHOD: request.method ?? 'GET',
    QUERY_STRING: query,
    CONTENT_TYPE: header('content-type'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_USER: 'checked',
    REMOTE_ADDR: '127.0.0.1',
  };
  if (request.headers['content-length'] !== undefined) env['CONTENT_LENGTH'] = header('content-length');
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.resume();
    child.on('error', reject);
    child.on('close', () => resolve(parse(Buffer.concat(out))));
    // A caller that hangs up ends the input; git then fails by itself.
    child.stdin.on('error', () => undefined);
    request.on('error', () => child.stdin.destroy());
    request.pipe(child.stdin);
  });
}

function parse(output: Buffer): GitAnswer {
  const end = output.indexOf('\r\n\r\n');
  const head = output.subarray(0, Math.max(end, 0)).toString();
  const headers: Record<string, string> = {};
  for (const line of head.split('\r\n')) {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s);
    if (name !== '') headers[name.toLowerCase()] = value;
  }
  const { status = '200', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end < 0 ? 0 : end + 4) };
}
