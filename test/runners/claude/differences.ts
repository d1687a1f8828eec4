/** Claude Code asks in its default mode. */
import type { Differences } from '../conformance/differences.ts';

export const differences: Differences = {
  asking: (runner) => ({ acp: { ...runner.acp, mode: 'default' } }),
};
