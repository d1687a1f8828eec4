/** The machine: Node, kernel, memory. */

import { availableParallelism, freemem, release, totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import { broken, type Finding, ok, weak } from './finding.ts';
import { isAtLeast, type Version, versionIn, written } from './version.ts';

/** Node runs the sources as they are, and sets proxies and authorities from inside, from here on. */
const nodeFloor: Version = [24, 5, 0];
/** The oldest series that kernel.org still mends. */
const kernelFloor: Version = [5, 10, 0];
const GiB = 2 ** 30;

export function judgeNode(version: string): Finding {
  const found = versionIn(version);
  if (!found || !isAtLeast(found, nodeFloor)) {
    return broken('node', `Node ${version} is too old.`, `Use Node ${written(nodeFloor)} or newer.`);
  }
  return ok('node', `Node ${written(found)}`);
}

export function judgeKernel(of: { platform: string; release: string }): Finding {
  if (of.platform !== 'linux') {
    return weak(
      'kernel',
      `This is ${of.platform}, not Linux.`,
      'Run prlt on Linux; elsewhere it is for trying out.',
    );
  }
  const found = versionIn(of.release);
  if (found && isAtLeast(found, kernelFloor)) return ok('kernel', `Linux ${of.release}`);
  return weak(
    'kernel',
    `Linux ${of.release} is no longer mended, and containers share it with this machine.`,
    `Update to ${written(kernelFloor)} or newer.`,
  );
}

/** @param concurrency runs at the same time, at most; @param perRun bytes one of them may use */
export function judgeMemory(of: {
  total: number;
  free: number;
  concurrency: number;
  perRun: number;
}): Finding {
  const says = `${gib(of.free)} of ${gib(of.total)} are free`;
  const wanted = of.concurrency * of.perRun;
  if (of.total < of.perRun) {
    return broken(
      'memory',
      `${says}, and one run may use ${gib(of.perRun)}.`,
      'Add memory, or lower `limits.memory`.',
    );
  }
  if (of.total < wanted) {
    return weak(
      'memory',
      `${says}, and ${of.concurrency} runs of ${gib(of.perRun)} each could use ${gib(wanted)}.`,
      'Lower PRLT_MAX_CONCURRENCY or PRLT_MAX_MEMORY, or add memory.',
    );
  }
  return ok('memory', `${says}; ${of.concurrency} runs fit`);
}

const gib = (bytes: number): string => `${(bytes / GiB).toFixed(1)} GiB`;

/** What a run uses unless its repository says more (`limits.memory`). */
const usualRun = 2 * GiB;

export function checkMachine(ceilings: { concurrency: number; memory: number }): Finding[] {
  const limit = constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return [
    judgeNode(process.versions.node),
    judgeKernel({ platform: process.platform, release: release() }),
    judgeMemory({
      total,
      free: Math.min(freemem(), total),
      concurrency: ceilings.concurrency,
      perRun: Math.min(usualRun, ceilings.memory),
    }),
    ok('processors', `${availableParallelism()}`),
  ];
}
