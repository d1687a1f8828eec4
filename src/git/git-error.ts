/** How a git command failed, in a form that may be logged and shown: no credentials in it. */

export type GitFailure = 'exit' | 'timeout' | 'cancelled' | 'overflow' | 'spawn';

/** `stderr` is cleaned and at most 4,000 characters; `exitCode` is absent when a signal or prlt ended the process. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly command: string;
  readonly failure: GitFailure;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
  /** The first 16 KiB, cleaned too: `push --porcelain` says there which ref was refused. */
  readonly stdout: string;

  constructor(details: {
    command: string;
    failure: GitFailure;
    exitCode?: number | undefined;
    signal?: string | undefined;
    stderr: string;
    stdout?: string;
  }) {
    const how = details.failure === 'exit' ? `exit ${details.exitCode ?? details.signal}` : details.failure;
    super(`git ${details.command}: ${how}${details.stderr ? `: ${details.stderr.slice(0, 500)}` : ''}`);
    this.command = details.command;
    this.failure = details.failure;
    this.exitCode = details.exitCode;
    this.signal = details.signal;
    this.stderr = details.stderr;
    this.stdout = details.stdout ?? '';
  }
}

/** Text that git or a server wrote, made fit for logs and people: no control characters, no user info in URLs, not `secret`. */
export function cleanText(text: string, limit: number, secret?: string): string {
  const hidden = secret ? text.replaceAll(secret, '***') : text;
  const clean = hidden
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1')
    .replace(/\r(?!\n)|\r\n/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are to go
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
    .replace(/[ \t]+$/gm, '')
    .trim();
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
