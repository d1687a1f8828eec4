/** Usage as the vendors tell it, read from one JSON object of an answer. Numbers are taken as they are, nothing else. */
import type { Usage } from '../desk.ts';
import type { Form } from './endpoints.ts';

/** What one object says; `final`: usage is complete with it, `ended`: it is the answer's last word. */
export interface Told {
  usage?: Usage;
  final?: boolean;
  ended?: boolean;
  errorType?: string;
}

type Json = Record<string, unknown>;

/** @param streamed whether it is one event of a stream and not the whole answer */
export function toldIn(form: Form, value: unknown, streamed: boolean): Told {
  if (!isObject(value)) return {};
  if (form === 'gemini') return geminiTold(value, streamed);
  if (!streamed) return { ...wholeUsage(form, value['usage']), ...errorOf(value['error']), ended: true };
  switch (form) {
    case 'messages':
      return messagesEvent(value);
    case 'responses':
      return responsesEvent(value);
    case 'chat':
      return { ...wholeUsage(form, value['usage']), ...errorOf(value['error']) };
  }
}

/** The fields of each that are higher; vendors count up within an answer. */
export function moreOf(one: Usage, other: Usage | undefined): Usage {
  if (!other) return one;
  const long = Math.max(one.cacheWriteLong ?? 0, other.cacheWriteLong ?? 0);
  return {
    input: Math.max(one.input, other.input),
    output: Math.max(one.output, other.output),
    cacheRead: Math.max(one.cacheRead, other.cacheRead),
    cacheWrite: Math.max(one.cacheWrite, other.cacheWrite),
    ...(long > 0 ? { cacheWriteLong: long } : {}),
  };
}

/** `message_start` has what was read, `message_delta` what was written so far (platform.claude.com, Streaming messages). */
function messagesEvent(event: Json): Told {
  switch (event['type']) {
    case 'message_start': {
      const message = event['message'];
      const usage = isObject(message) ? anthropicUsage(message['usage']) : undefined;
      return usage ? { usage } : {};
    }
    case 'message_delta':
      return wholeUsage('messages', event['usage']);
    case 'message_stop':
      return { ended: true };
    case 'error':
      return { ...errorOf(event['error']), ended: true };
  }
  return {};
}

function responsesEvent(event: Json): Told {
  const { type, response } = event;
  if (type === 'error') return { ...errorOf(event['error'] ?? event), ended: true };
  if (!/^response\.(completed|incomplete|failed)$/.test(String(type)) || !isObject(response)) return {};
  return { ...wholeUsage('responses', response['usage']), ...errorOf(response['error']), ended: true };
}

function wholeUsage(form: Form, value: unknown): Told {
  const usage = form === 'messages' ? anthropicUsage(value) : openaiUsage(value);
  return usage ? { usage, final: true } : {};
}

function anthropicUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const creation = value['cache_creation'];
  const long = isObject(creation) ? count(creation['ephemeral_1h_input_tokens']) : 0;
  return {
    input: count(value['input_tokens']),
    output: count(value['output_tokens']),
    cacheRead: count(value['cache_read_input_tokens']),
    cacheWrite: count(value['cache_creation_input_tokens']),
    ...(long > 0 ? { cacheWriteLong: long } : {}),
  };
}

/** Cached tokens are part of the input there, and not of ours. */
function openaiUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const input = count(value['input_tokens'] ?? value['prompt_tokens']);
  const output = count(value['output_tokens'] ?? value['completion_tokens']);
  if (input === 0 && output === 0) return undefined;
  const details = value['input_tokens_details'] ?? value['prompt_tokens_details'];
  const cached = isObject(details) ? Math.min(count(details['cached_tokens']), input) : 0;
  return { input: input - cached, output, cacheRead: cached, cacheWrite: 0 };
}

/** Each event counts up; the one that says why it stopped is the last (ai.google.dev/api/generate-content). */
function geminiTold({ candidates, promptFeedback, usageMetadata, error }: Json, streamed: boolean): Told {
  const stopped = Array.isArray(candidates) && candidates.some((one) => isObject(one) && one['finishReason']);
  const blocked = isObject(promptFeedback) && promptFeedback['blockReason'] !== undefined;
  const ended = !streamed || stopped || blocked || isObject(error);
  const usage = geminiUsage(usageMetadata);
  return {
    ...(usage ? { usage, final: ended } : {}),
    ...(isObject(error) ? { errorType: geminiError(error) } : {}),
    ended,
  };
}

/** Cached tokens are part of the prompt there, and thoughts no part of the candidates. */
function geminiUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const prompt = count(value['promptTokenCount']);
  const cached = Math.min(count(value['cachedContentTokenCount']), prompt);
  const output = count(value['candidatesTokenCount']) + count(value['thoughtsTokenCount']);
  if (prompt === 0 && output === 0) return undefined;
  const input = prompt - cached + count(value['toolUsePromptTokenCount']);
  return { input, output, cacheRead: cached, cacheWrite: 0 };
}

/** A key that is not taken is told as a bad request; only `details` has the reason then (google.rpc.ErrorInfo). */
function geminiError({ status, code, details }: Json): string {
  const noKey =
    Array.isArray(details) && details.some((one) => isObject(one) && one['reason'] === 'API_KEY_INVALID');
  return String((noKey ? 'API_KEY_INVALID' : undefined) ?? status ?? code ?? 'error').slice(0, 100);
}

function errorOf(value: unknown): Told {
  if (!isObject(value)) return {};
  const name = [value['code'], value['type']].find((one) => typeof one === 'string' && one !== '');
  return typeof name === 'string' ? { errorType: name.slice(0, 100) } : {};
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 && value < 1e12 ? Math.ceil(value) : 0;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
