/** The engine's own death at a point of the service, which goes down with it or has to do without it for a while. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnEngine } from '#test/support/engine.ts';
import type { Prlt } from '#test/support/prlt.ts';

export interface EngineDeath {
  by: 'SIGKILL' | 'SIGTERM';
  service: 'lives' | 'dies';
  /** Containers go on while the engine is away. */
  liveRestore: boolean;
}

/** How long nothing answers before it is started again, milliseconds. */
const away = 1_500;

/** Ends the engine and brings it back; the service goes on meanwhile, or starts while there is no engine yet. */
export async function endEngine(engine: OwnEngine, { by, service }: EngineDeath, prlt: Prlt): Promise<void> {
  const ended = engine.end(by);
  if (service === 'lives') {
    // Killed before the service does another step; told to, it has the service beside it.
    if (by === 'SIGKILL') await ended;
    process.kill(prlt.pid, 'SIGCONT');
    await ended;
    await sleep(away);
    await engine.start();
    return;
  }
  await ended;
  await Promise.all([prlt.start(), sleep(away).then(() => engine.start())]);
}

/** Resolves when the process stands still, as after SIGSTOP (proc(5): state `T`), or is gone. */
export async function standsStill(pid: () => number): Promise<void> {
  for (;;) {
    try {
      const [, state] = /\) (\S)/.exec(readFileSync(`/proc/${pid()}/stat`, 'utf8')) ?? [];
      if (state === 'T') return;
    } catch {
      return;
    }
    await sleep(10);
  }
}
