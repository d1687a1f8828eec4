/** `pull_request`: the states that end or resume an item's review. */
import type { SignalBody } from '#src/core/signal.ts';

export interface PullRequestPayload {
  action: string;
  pull_request: {
    number: number;
    state: string;
    draft?: boolean | undefined;
    merged?: boolean | null | undefined;
  };
}

const actions = new Set(['closed', 'reopened', 'ready_for_review', 'converted_to_draft']);

export function pullRequest(payload: PullRequestPayload): SignalBody[] {
  if (!actions.has(payload.action)) return [];
  const { number, state, draft = false, merged } = payload.pull_request;
  return [
    { type: 'pull_changed', number, draft, state: merged ? 'merged' : state === 'open' ? 'open' : 'closed' },
  ];
}
