/** What prlt opens: its port, and the Actions of the repositories that it pushes to. */
import { type Finding, ok, weak } from './finding.ts';

const loopback = /^(localhost|127(?:\.\d+){3}|::1)$/;

export function judgeListening(host: string): Finding {
  if (loopback.test(host)) return ok('listening', `on ${host} only`);
  return weak(
    'listening',
    `prlt listens on ${host}, without TLS of its own.`,
    'Put a reverse proxy with TLS in front and let only that reach the port (docs/installing.md).',
  );
}

export function judgeRuntime(runtime: string): Finding {
  if (runtime !== 'host') return ok('runtime', runtime);
  return weak(
    'runtime',
    'PRLT_RUNTIME=host: agents run as processes of this user, without a container around them.',
    'Use it on a machine that holds nothing else, or leave it out.',
  );
}

/** Said every time: it is a property of GitHub and not a fault that goes away. */
export function judgeActions(): Finding {
  return weak(
    'actions',
    "Pushing agent code starts the repository's Actions with its secrets.",
    'Install the App only where that is acceptable, and protect environments that hold secrets with reviewers.',
  );
}
