/** Adds to a model call what the host has to say to an agent that no other way leads to in its running turn. */
import type { Form } from './endpoints.ts';

type Json = Record<string, unknown>;

/** Where each form has what was said so far, and how it goes on with a text; undefined where it makes no sense of it. */
const forms: Record<Form, [field: string, add: (said: unknown, text: string) => unknown[] | undefined]> = {
  messages: ['messages', (said, text) => afterLastUser(said, 'content', { type: 'text', text })],
  chat: ['messages', (said, text) => goneOn(said, { role: 'user', content: text })],
  responses: [
    'input',
    (said, text) => goneOn(typeof said === 'string' ? [inputOf(said)] : said, inputOf(text)),
  ],
  gemini: ['contents', (said, text) => afterLastUser(said, 'parts', { text })],
};

/**
 * The same bytes for a call without tools, such as for a title, and for one that has no place for it.
 *
 * @param bytes one JSON object
 */
export function withHint(form: Form, bytes: Buffer, text: string): Buffer {
  const body = JSON.parse(bytes.toString()) as Json;
  if (!Array.isArray(body['tools']) || body['tools'].length === 0) return bytes;
  const [field, add] = forms[form];
  const said = add(body[field], text);
  return said ? Buffer.from(JSON.stringify({ ...body, [field]: said })) : bytes;
}

/** After the results of tools, which have to come first, and after what the CLI has marked to be cached. */
function afterLastUser(said: unknown, field: 'content' | 'parts', next: Json): unknown[] | undefined {
  if (!Array.isArray(said)) return undefined;
  const last = said.findLastIndex((one: Json | null) => one?.['role'] === 'user');
  const given: unknown = said[last]?.[field];
  const before = typeof given === 'string' ? [{ type: 'text', text: given }] : given;
  if (!Array.isArray(before)) return undefined;
  return said.with(last, { ...said[last], [field]: [...before, next] });
}

function goneOn(said: unknown, next: Json): unknown[] | undefined {
  return Array.isArray(said) ? [...said, next] : undefined;
}

function inputOf(text: string): Json {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}
