/** Ends whose cause the gateway saw, whatever a CLI makes of them: rows that every runner's table takes over. */
import type { OutcomeClass, OutcomeRow } from './outcome.ts';

/** Of an end that the agent itself calls a failure: after a side call that failed, a turn may well have gone well. */
function failing(when: OutcomeRow['when'], is: OutcomeClass): OutcomeRow[] {
  return [
    { when: { ...when, failure: /^/ }, is },
    { when: { ...when, errorText: /^/ }, is },
  ];
}

/** What providers call it when there is no money left; a plain rate limit has none of these words. */
const spent = /insufficient_quota|current quota|quota exceeded|credit balance|billing/;

export const providerOutcomes: readonly OutcomeRow[] = [
  { when: { stop: 'refusal' }, is: 'needs_person' },
  ...failing({ broken: 'stalled' }, 'stalled'),
  ...failing({ errorType: spent }, 'quota'),
  // Payment required, as providers that are paid in advance have it.
  ...failing({ status: 402 }, 'quota'),
  { when: { failure: spent }, is: 'quota' },
  { when: { errorText: spent }, is: 'quota' },
  ...failing({ status: [401, 403] }, 'auth'),
  ...failing({ broken: 'cut' }, 'transient'),
  ...failing({ broken: 'unreachable' }, 'transient'),
  ...failing({ status: 408 }, 'transient'),
  ...failing({ status: 429 }, 'transient'),
  ...failing({ status: [500, 599] }, 'transient'),
  // The model, or the API at this address: nothing that another attempt would find.
  ...failing({ status: 404 }, 'needs_person'),
];
