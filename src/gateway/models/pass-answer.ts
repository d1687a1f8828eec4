/** A provider's answer on its way to the run: head, bytes as they come, and the count at the end. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ModelProvider } from '#src/core/models.ts';
import type { ModelCall } from '../desk.ts';
import type { Form } from './endpoints.ts';
import { headersToRun } from './headers.ts';
import { createMeter } from './meter.ts';
import { type CallRefusal, refuseCall } from './refusal.ts';
import { type Relayed, relay } from './relay.ts';

export interface PassedAnswer {
  provider: string;
  api: ModelProvider['api'];
  from: IncomingMessage;
  req: IncomingMessage;
  res: ServerResponse;
  silenceMs: number;
  /** Bytes of the request. */
  asked: number;
  /** Undefined for answers that use no tokens. */
  form?: Form;
  mostOutput?: number;
  settle(call: Omit<ModelCall, 'provider' | 'model' | 'asked'>): void;
}

const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export async function passAnswer(answer: PassedAnswer): Promise<void> {
  const { from, req, res, form, mostOutput, settle } = answer;
  const status = from.statusCode ?? 0;
  const instead = insteadOf(answer, from);
  if (instead) {
    from.on('error', () => {});
    from.destroy();
    settle({ status, errorType: instead.type, usage: nothing, estimated: false });
    return refuseCall(req, res, instead);
  }
  const streamed = /^text\/event-stream\b/i.test(from.headers['content-type'] ?? '');
  const meter = createMeter({
    form: form ?? 'chat',
    status,
    streamed,
    asked: answer.asked,
    ...(mostOutput === undefined ? {} : { mostOutput }),
  });
  if (!res.destroyed) {
    res.writeHead(status, headersToRun(from.headers));
    // Before the first byte of the body, which may take its time.
    res.flushHeaders();
  }
  const how = await relay(from, res, answer.silenceMs, meter.feed);
  const { ended, ...metered } = meter.end();
  // A proxy on the way may end a stream neatly that was not over; OpenAI's chat form has no last word that all send.
  const short = how === 'complete' && streamed && status < 300 && form !== 'chat' && !ended;
  settle({ status, ...brokenBy(short ? 'cut' : how, ended), ...metered });
  if (how === 'complete') res.end();
  else res.destroy();
}

/** Whoever hangs up after the last word has had the whole answer. */
function brokenBy(how: Relayed, ended: boolean): Pick<ModelCall, 'broken'> {
  if (how === 'complete' || (how === 'gone' && ended)) return {};
  return { broken: how === 'gone' ? 'given_up' : how };
}

/** What is said to the run where the provider's own answer is not for it. */
function insteadOf({ provider, api }: PassedAnswer, from: IncomingMessage): CallRefusal | undefined {
  const status = from.statusCode ?? 0;
  const encoding = from.headers['content-encoding'];
  // The original may repeat a part of the key, and Google's "has been suspended" all of it.
  if (status === 401 || (status === 403 && api === 'gemini')) {
    const reason = `${provider} does not take the key that the service has; its operator has to change it.`;
    return { status, type: 'authentication_error', reason };
  }
  if (status >= 300 && status < 400) {
    const reason = `${provider} answered with a redirect, which prlt does not follow.`;
    return { status: 502, type: 'api_error', reason };
  }
  if (encoding !== undefined && encoding !== 'identity') {
    const reason = `${provider} compresses its answers although it was asked not to, so prlt cannot count them.`;
    return { status: 502, type: 'api_error', reason };
  }
  return undefined;
}
