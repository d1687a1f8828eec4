/** Hands the branch over: a git bundle of what is new, streamed to the host. */
import { Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createBackoff } from './backoff.ts';
import type { Checkout } from './checkout.ts';
import { type HostConnection, RunOver } from './host.ts';
import type { Assignment } from './protocol.ts';

/** `refused`: for good; the sentence is the host's, or names the limit or what git said. */
export type HandOver = { kind: 'stored' } | { kind: 'refused'; reason: string };

/** Streams until the host took it or refused it, again after every lost connection. Rejects with `RunOver`. */
export async function handOver(
  host: HostConnection,
  assignment: Assignment,
  checkout: Checkout,
  head: string,
  signal: AbortSignal,
): Promise<HandOver> {
  const backoff = createBackoff();
  while (!signal.aborted) {
    const done = await attempt(host, assignment, checkout, head);
    if (done) return done;
    await backoff.wait(signal);
  }
  return { kind: 'refused', reason: 'the run was stopped before the host took the bundle' };
}

/** Undefined when it is worth another try. */
async function attempt(
  host: HostConnection,
  assignment: Assignment,
  checkout: Checkout,
  head: string,
): Promise<HandOver | undefined> {
  const { branch, start } = assignment.checkout;
  const limit = assignment.limits.bundleBytes;
  const git = checkout.git.stream(['bundle', 'create', '--quiet', '-', `refs/heads/${branch}`, `^${start}`]);
  const said = text(git.stderr);
  const ended = new Promise<number>((resolve) => {
    git.once('error', () => resolve(128));
    git.once('close', (code) => resolve(code ?? 128));
  });
  let bytes = 0;
  let tooBig = false;
  const counted = new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      tooBig = bytes > limit;
      done(tooBig ? new Error('over the limit') : null, part);
    },
    // The upload may only end well when git did.
    flush(done) {
      ended.then((code) => done(code === 0 ? null : new Error('git bundle failed')), done);
    },
  });
  git.stdout.on('error', (error) => counted.destroy(error));
  try {
    const answer = await host.send('PUT', `/bundle?head=${head}`, git.stdout.pipe(counted), 300_000);
    if (answer.status >= 200 && answer.status < 300) return { kind: 'stored' };
    if (answer.status < 500 || answer.status === 507) {
      return {
        kind: 'refused',
        reason: answer.body.trim().slice(0, 1000) || `the host answered ${answer.status}`,
      };
    }
    return undefined;
  } catch (error) {
    if (error instanceof RunOver) throw error;
    if (tooBig) return { kind: 'refused', reason: `the branch is larger than ${limit} bytes as a bundle` };
    git.kill('SIGKILL');
    const code = git.exitCode ?? (await ended);
    if (code !== 0 && git.signalCode === null)
      return { kind: 'refused', reason: `git bundle: ${(await said).trim().slice(-500)}` };
    return undefined;
  } finally {
    git.kill('SIGKILL');
  }
}
