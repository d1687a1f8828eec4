/** Runs git with argv and a clean environment, so that no setting of the machine leaks into the local GitHub. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Git {
  /** The environment every git process here gets. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs in `dir`; never throws for an exit code. */
  try(dir: string, args: readonly string[], options?: GitOptions): Promise<GitResult>;
  /** Runs in `dir`; answers trimmed output, throws with stderr when git fails. */
  run(dir: string, args: readonly string[], options?: GitOptions): Promise<string>;
}

/** `home` is a directory of ours that gets the only git configuration in force. */
export function createGit(home: string): Git {
  const config = join(home, 'gitconfig');
  // upload-pack honours safe.directory from a file only, not from GIT_CONFIG_COUNT.
  writeFileSync(
    config,
    '[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n',
  );
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_TERMINAL_PROMPT: '0',
  };

  const attempt: Git['try'] = (dir, args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', args, { cwd: dir, env: { ...env, ...options.env } });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.on('error', reject);
      child.on('close', (code) =>
        resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
      );
      // git may end without reading its input; the exit code tells.
      child.stdin.on('error', () => undefined);
      child.stdin.end(options.input ?? '');
    });

  return {
    env,
    try: attempt,
    async run(dir, args, options) {
      const { code, stdout, stderr } = await attempt(dir, args, options);
      if (code !== 0) throw new Error(`git ${args.join(' ')} failed with ${code}: ${stderr.trim()}`);
      return stdout.toString().trimEnd();
    },
  };
}
