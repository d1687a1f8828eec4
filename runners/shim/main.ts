/** The supervisor of one run: asks the host what to do, has the agent do it, hands back what came of it. */
import { dirname } from 'node:path';
import { connectHost, fetchAssignment } from './host.ts';
import { findProcesses } from './processes.ts';
import { openLoopbackPipe } from './proxy.ts';
import { runAssignment } from './run.ts';
import { readSettings } from './settings.ts';
import type { Stop } from './verdict.ts';

/** An engine that stops a container kills it after 10 s; the shim is gone before (ms). */
const stopWithin = 4500;

const settings = readSettings(process.env);
const host = connectHost(settings.socket);
const stop = new AbortController();
const deadline = new AbortController();

process.on('SIGTERM', () => {
  stop.abort({ by: 'signal', reason: 'the container was told to stop' } satisfies Stop);
  setTimeout(() => {
    deadline.abort();
    if (settings.alone) for (const pid of findProcesses({ kind: 'everything' })) process.kill(pid, 'SIGKILL');
    process.exit(0);
  }, stopWithin).unref();
});

const pipe = await openLoopbackPipe(settings.socket);
const assignment = await fetchAssignment(host, stop.signal);
if (assignment) {
  await runAssignment({
    settings,
    assignment,
    host,
    pipe: pipe.url,
    env: process.env,
    runners: dirname(import.meta.dirname),
    stop,
    deadline: deadline.signal,
    now: () => new Date(),
  });
}
process.exit(0);
