/** A call that got no answer: what the run is told, what is counted, what the log says. */
import type { ModelCall } from '../desk.ts';
import { KeyError } from './keys.ts';
import { unanswered } from './meter.ts';
import type { CallRefusal } from './refusal.ts';
import { UpstreamError } from './upstream.ts';

export interface CallFailure {
  refusal: CallRefusal;
  call: Omit<ModelCall, 'provider' | 'model' | 'asked'>;
  log: string;
}

const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** Undefined for an error that is ours. */
export function failureOf(
  error: unknown,
  { provider, asked }: { provider: string; asked: number },
): CallFailure | undefined {
  if (error instanceof KeyError) {
    return {
      refusal: unavailable(503, `The service has no key for ${provider} at the moment.`),
      call: { status: 0, broken: 'unreachable', usage: nothing, estimated: false },
      log: `the key of ${provider} cannot be had: ${error.message}`,
    };
  }
  if (!(error instanceof UpstreamError)) return undefined;
  const log = `${provider}: ${error.message}`;
  if (error.broken === 'unreachable') {
    return {
      refusal: unavailable(502, `${provider} could not be reached (${error.message}).`),
      call: { status: 0, broken: 'unreachable', usage: nothing, estimated: false },
      log,
    };
  }
  // The provider may have worked on what it was sent.
  const usage = unanswered(asked);
  return {
    refusal: unavailable(504, `${provider} did not answer in time.`),
    call: { status: 0, broken: error.broken === 'stalled' ? 'stalled' : 'given_up', usage, estimated: true },
    log,
  };
}

/** Why the desk does not let a call through, with a name for the error that clients know. */
export function refusalOf({ status, reason }: { status: 402 | 403 | 410; reason: string }): CallRefusal {
  const type = { 402: 'billing_error', 403: 'permission_error', 410: 'not_found_error' }[status];
  return { status, type, reason };
}

function unavailable(status: number, reason: string): CallRefusal {
  return { status, type: 'api_error', reason, again: true };
}
