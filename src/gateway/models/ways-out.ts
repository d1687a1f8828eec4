/**
 * What would make the vendor reach out for an agent: tools that search, fetch or run code there, links that it follows,
 * what it keeps or runs later. An agent that has no way out of its box would have one through these.
 */
import type { Form as AnyForm } from './endpoints.ts';
import { closeGeminiWays, links } from './ways-out-gemini.ts';

type Json = Record<string, unknown>;
type Form = Exclude<AnyForm, 'gemini'>;

/** Tools that the agent itself carries out, by their type or its beginning; every other type is the vendor's. */
const ownTools: Record<Form, readonly string[]> = {
  messages: ['custom', 'bash_', 'text_editor_', 'computer_', 'memory_', 'tool_search_tool_'],
  responses: ['function', 'custom', 'local_shell', 'apply_patch', 'computer', 'tool_search', 'namespace'],
  chat: ['function', 'custom'],
};

/** Fields that have no harmless form. */
const refusedFields: Record<Form, readonly string[]> = {
  messages: ['mcp_servers', 'container'],
  responses: ['background', 'conversation', 'previous_response_id', 'prompt'],
  chat: ['web_search_options', 'search_parameters', 'plugins', 'background'],
};

/**
 * Takes the ways out of `body`; a vendor's tool beside others is left out of the list, since CLIs offer theirs with every
 * call. Returns a sentence when the call makes no sense without what is not allowed.
 *
 * @param allow what the operator lets through: beginnings of tool types, names of fields, `urls`
 */
export function closeWaysOut(form: AnyForm, body: Json, allow: readonly string[]): string | undefined {
  if (form === 'gemini') {
    const way = closeGeminiWays(body, allow);
    return way === undefined ? undefined : sentence(way);
  }
  const field = refusedFields[form].find((name) => isGiven(body[name]) && !allow.includes(name));
  if (field !== undefined) return sentence(`\`${field}\``);
  const tool = withoutVendorTools(form, body, allow);
  if (tool !== undefined) return sentence(`the vendor's tool \`${tool}\``);
  if (allow.includes('urls')) return undefined;
  const link = [body['messages'], body['input'], body['system']].some((part) => hasLink(form, part));
  return link ? sentence(links) : undefined;
}

function sentence(what: string): string {
  return `prlt does not let this run use ${what}: it would be a way out of its box. The operator can allow it (PRLT_MODELS_…_ALLOW).`;
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !Array.isArray(value) || value.length > 0;
}

/** Filters `tools`; returns the tool that the call is all about, when that one is gone. */
function withoutVendorTools(form: Form, body: Json, allow: readonly string[]): string | undefined {
  if (!Array.isArray(body['tools'])) return undefined;
  const gone: Json[] = [];
  const kept = keepOwn(form, body['tools'], allow, gone);
  const [first] = gone;
  if (first === undefined) return undefined;
  const choice = body['tool_choice'];
  const chosen =
    isObject(choice) && gone.find(({ type, name }) => choice['name'] === name || choice['type'] === type);
  if (chosen || kept.length === 0) return String((chosen || first)['type']).slice(0, 100);
  body['tools'] = kept;
  return undefined;
}

function keepOwn(form: Form, tools: unknown[], allow: readonly string[], gone: Json[]): unknown[] {
  return tools.filter((tool) => {
    if (!isObject(tool)) return true;
    const type =
      typeof tool['type'] === 'string' ? tool['type'] : form === 'messages' ? 'custom' : 'function';
    // A shell is the agent's own only where it says so; elsewhere the vendor has a container for it.
    const local =
      type === 'shell' && isObject(tool['environment']) && tool['environment']['type'] === 'local';
    const own = local || ownTools[form].some((one) => fits(type, one));
    if (!own && !allow.some((one) => fits(type, one))) {
      gone.push({ ...tool, type });
      return false;
    }
    if (type !== 'namespace' || !Array.isArray(tool['tools'])) return true;
    tool['tools'] = keepOwn(form, tool['tools'], allow, gone);
    return true;
  });
}

/** `bash_` is the beginning of versioned types, `custom` the whole of one; an operator's `web_search` is both. */
function fits(type: string, name: string): boolean {
  return type === name || (name.endsWith('_') ? type.startsWith(name) : type.startsWith(`${name}_`));
}

/** Looks through content for what the vendor would have to fetch. `input` of a tool call is the tool's, not content. */
function hasLink(form: Form, root: unknown): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) open.push(...value);
    if (!isObject(value)) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (form === 'messages' ? isForeignSource(key, inner) : isForeignLink(key, inner)) return true;
      if (form === 'messages' && key === 'input') continue;
      if (typeof inner === 'object' && inner !== null) open.push(inner);
    }
  }
  return false;
}

/** Anthropic: `source: { type: 'url' | 'file', … }`. */
function isForeignSource(key: string, value: unknown): boolean {
  if (key === 'file_id') return true;
  return (
    key === 'source' && isObject(value) && !['base64', 'text', 'content'].includes(String(value['type']))
  );
}

/** OpenAI and its like: `image_url`, `file_url`, `video_url` as text or `{ url }`, and ids of files kept there. */
function isForeignLink(key: string, value: unknown): boolean {
  if (key === 'file_id') return typeof value === 'string';
  if (!key.endsWith('_url')) return false;
  const url = isObject(value) ? value['url'] : value;
  return typeof url === 'string' && !url.startsWith('data:');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
