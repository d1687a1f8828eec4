/** A mirror and a shim for each test of a file: made before it, gone after it. */
import { afterEach, beforeEach } from 'vitest';
import type { Assignment } from '#runners/shim/protocol.ts';
import { type Sample, type ShimRun, sampleMirror, startShim } from './shim-run.ts';

export interface ShimStage {
  readonly sample: Sample;
  /** Of the test that is running, once it has started one. */
  readonly run: ShimRun;
  start(assignment: Assignment): Promise<ShimRun>;
}

/** @param files of the mirror, besides the usual ones */
export function stageShims(files: Record<string, string> = {}): ShimStage {
  let sample: Sample;
  let run: ShimRun | undefined;
  beforeEach(() => {
    sample = sampleMirror(files);
  });
  afterEach(async () => {
    await run?.close();
    run = undefined;
    sample.remove();
  });
  return {
    get sample() {
      return sample;
    },
    get run() {
      if (!run) throw new Error('this test has not started a shim');
      return run;
    },
    async start(assignment) {
      run = await startShim(sample, assignment);
      return run;
    },
  };
}
