/** opencode asks for what its configuration says `ask` to, and tries to fetch its own plugin package. */
import type { Differences } from '../conformance/differences.ts';

export const differences: Differences = {
  asking: (runner) => ({
    files: Object.fromEntries(
      Object.entries(runner.files).map(([name, text]) => [
        name,
        text.replace('"permission": "allow"', '"permission": "ask"'),
      ]),
    ),
  }),
  keepsTrying: ['529', 'a stall midway'],
  dials: ['registry.npmjs.org:443'],
};
