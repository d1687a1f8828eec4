/** Ending a run: TERM, a grace, KILL, and then looking whether it is so. */
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import type { Logger } from 'pino';
import { inspect } from './container.ts';
import { deadlines, engineCall, orAbsent, sentenceOf, statusOf } from './engine.ts';

/** How long a killed container may take to be reported as such. */
const confirmMs = 15_000;

/** Resolves when nothing of the container runs; rejects with a sentence when the engine cannot bring that about. */
export async function stopContainer(
  container: Dockerode.Container,
  graceSeconds: number,
  log: Logger,
): Promise<void> {
  if (await isStill(container)) return;
  const ms = graceSeconds * 1000 + deadlines.start;
  try {
    await orAbsent(
      engineCall('stop a container', ms, (abort) => container.stop({ t: graceSeconds, ...abort })),
    );
  } catch (error) {
    if (statusOf(error) !== 304) {
      log.warn(
        { container: container.id, reason: sentenceOf(error) },
        'the engine did not stop a container; killing it',
      );
      await kill(container);
    }
  }
  const until = performance.now() + confirmMs;
  while (!(await isStill(container))) {
    if (performance.now() > until)
      throw new Error(`The container ${container.id} goes on after it was killed.`);
    await sleep(100);
  }
}

async function kill(container: Dockerode.Container): Promise<void> {
  try {
    await orAbsent(
      engineCall('kill a container', deadlines.quick, (abort) =>
        container.kill({ signal: 'KILL', ...abort }),
      ),
    );
  } catch (error) {
    // 409: it is not running.
    if (statusOf(error) !== 409) throw error;
  }
}

async function isStill(container: Dockerode.Container): Promise<boolean> {
  const info = await inspect(container);
  return info === undefined || !info.State.Running;
}
