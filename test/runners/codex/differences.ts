/** Codex asks before commands when its mode says so, and swallows a refusal. */
import type { Differences } from '../conformance/differences.ts';

export const differences: Differences = {
  asking: (runner) => ({ acp: { ...runner.acp, mode: 'read-only' } }),
  refusal: 'finished',
};
