/** Payloads that GitHub really sent, by event; collected by Octokit. */
import { createRequire } from 'node:module';

interface Family {
  name: string;
  examples: { action?: string }[];
}

const families = createRequire(import.meta.url)(
  '@octokit/webhooks-examples/api.github.com/index.json',
) as Family[];

/** Copies, so that a test may change what it got. */
export function examplesOf<P extends { action: string }>(event: string): P[] {
  const found = families.find((family) => family.name === event);
  if (!found) throw new Error(`there are no examples of ${event}`);
  return structuredClone(found.examples) as P[];
}

export function exampleOf<P extends { action: string }>(event: string, action: string): P {
  const found = examplesOf<P>(event).find((payload) => payload.action === action);
  if (!found) throw new Error(`there is no example of ${event}.${action}`);
  return found;
}
