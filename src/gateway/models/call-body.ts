/** The body of a model call: bounded, read, freed of ways out, and written anew, so that the vendor reads what was checked. */
import type { Form } from './endpoints.ts';
import { closeWaysOut } from './ways-out.ts';

export type CallBody =
  | {
      kind: 'body';
      model: string;
      bytes: Buffer /** Most tokens that may be answered. */;
      mostOutput?: number;
    }
  | { kind: 'refused'; status: 400 | 403; type: string; reason: string };

const deepest = 128;
/** More than any conversation has. */
const mostParts = 2_000_000;
const longestModel = 200;
/** Cost more than the table of prices says. */
const usualTiers = ['auto', 'default', 'flex', 'standard_only'];

/** @param named the model, where the path names it */
export function readCallBody(form: Form, bytes: Buffer, allow: readonly string[], named?: string): CallBody {
  const body = parse(bytes);
  if (typeof body === 'string') return bad(body);
  const model = named ?? body['model'];
  if (typeof model !== 'string' || !/^[\x21-\x7e]+$/.test(model) || model.length > longestModel) {
    return bad('The call names no model that prlt can read.');
  }
  if (/:online$/.test(model) && !allow.includes('plugins')) {
    return forbidden(`prlt does not let this run use \`${model}\`: its vendor would search the web for it.`);
  }
  const way = closeWaysOut(form, body, allow);
  if (way !== undefined) return forbidden(way);
  if (form === 'gemini') settleGemini(body, model);
  else settle(form, body);
  const most = mostIn(body);
  return {
    kind: 'body',
    model,
    bytes: Buffer.from(JSON.stringify(body)),
    ...(typeof most === 'number' && most > 0 ? { mostOutput: most } : {}),
  };
}

/** What every call has the same way: nothing is kept at the vendor, usage is told, no dearer speed is bought. */
function settle(form: Form, body: Record<string, unknown>): void {
  if (form === 'responses') body['store'] = false;
  if (form === 'chat' && body['store'] !== undefined) body['store'] = false;
  if (form === 'chat' && body['stream'] === true) {
    body['stream_options'] = { ...(body['stream_options'] as object | undefined), include_usage: true };
  }
  if (body['service_tier'] !== undefined && !usualTiers.includes(String(body['service_tier']))) {
    delete body['service_tier'];
  }
  delete body['speed'];
}

/** Fields of Google's may be in camel or in snake case. The path has the model; what is counted names it once more. */
function settleGemini(body: Record<string, unknown>, model: string): void {
  delete body['model'];
  for (const name of ['serviceTier', 'service_tier']) {
    if (!['standard', 'flex'].includes(String(body[name]).toLowerCase())) delete body[name];
  }
  if (body['store'] !== undefined) body['store'] = false;
  for (const name of ['generateContentRequest', 'generate_content_request']) {
    const inner = body[name];
    if (typeof inner === 'object' && inner !== null) body[name] = { ...inner, model: `models/${model}` };
  }
}

function mostIn(body: Record<string, unknown>): unknown {
  const most = body['max_tokens'] ?? body['max_output_tokens'] ?? body['max_completion_tokens'];
  const config = (body['generationConfig'] ?? body['generation_config']) as
    | Record<string, unknown>
    | undefined;
  return most ?? config?.['maxOutputTokens'] ?? config?.['max_output_tokens'];
}

/** The object, or a sentence. What reaches the vendor is written from it: a key that stands twice is once then. */
function parse(bytes: Buffer): Record<string, unknown> | string {
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'The body of a model call is one JSON object in UTF-8.';
  }
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    return 'The body of a model call is one JSON object.';
  }
  if (!isBounded(root)) return `The body of a model call is nested at most ${deepest} deep.`;
  return root as Record<string, unknown>;
}

function isBounded(root: object): boolean {
  let level: object[] = [root];
  let seen = 0;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > deepest) return false;
    const next: object[] = [];
    for (const value of level) {
      for (const inner of Object.values(value)) {
        if (typeof inner === 'object' && inner !== null) next.push(inner);
      }
    }
    seen += next.length;
    if (seen > mostParts) return false;
    level = next;
  }
  return true;
}

const bad = (reason: string): CallBody => ({
  kind: 'refused',
  status: 400,
  type: 'invalid_request_error',
  reason,
});
const forbidden = (reason: string): CallBody => ({
  kind: 'refused',
  status: 403,
  type: 'permission_error',
  reason,
});
