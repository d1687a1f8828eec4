/** The ways out in calls in Gemini's form, where a tool is known by the name of its field (ai.google.dev/api/caching#Tool). */

type Json = Record<string, unknown>;

export const links = 'links and stored files in images and documents; put the data into the call';

/** Fields of a tool that the agent itself carries out. */
const ownTools = ['function_declarations', 'computer_use'];
/** What the vendor has kept. */
const refusedFields = ['cached_content'];

/** As `closeWaysOut`; names what is not allowed. Google takes every field in camel and in snake case. */
export function closeGeminiWays(body: Json, allow: readonly string[]): string | undefined {
  const allowed = allow.map(snake);
  const field = Object.keys(body).find(
    (key) => refusedFields.includes(snake(key)) && Boolean(body[key]) && !allowed.includes(snake(key)),
  );
  if (field !== undefined) return `\`${field}\``;
  for (const [key, value] of Object.entries(body)) {
    const name = snake(key);
    if (name === 'tools') {
      const tool = closeTools(body, key, allowed);
      if (tool !== undefined) return `the vendor's tool \`${tool.slice(0, 100)}\``;
    }
    const isContent = name === 'contents' || name === 'system_instruction';
    if (isContent && !allowed.includes('urls') && hasFile(value)) return links;
    // Counting takes a whole call within the call.
    if (name === 'generate_content_request' && isObject(value)) {
      const inner = closeGeminiWays(value, allow);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

/** Takes vendor's tools out of the list; returns one of them when nothing else is in it. */
function closeTools(body: Json, key: string, allowed: readonly string[]): string | undefined {
  const value = body[key];
  const tools = Array.isArray(value) ? value : [value];
  let gone: string | undefined;
  const kept = tools.flatMap((tool: unknown) => {
    if (!isObject(tool)) return [];
    const fields = Object.entries(tool).filter(([name]) => {
      const own =
        ownTools.includes(snake(name)) || allowed.some((one) => `${snake(name)}_`.startsWith(`${one}_`));
      if (!own) gone ??= name;
      return own;
    });
    return fields.length === 0 ? [] : [Object.fromEntries(fields)];
  });
  if (kept.length === 0 && gone !== undefined) return gone;
  body[key] = kept;
  return undefined;
}

/** Arguments and results of the agent's own tools are theirs, whatever they look like. */
function hasFile(root: unknown): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) for (const one of value) open.push(one);
    if (!isObject(value)) continue;
    for (const [key, inner] of Object.entries(value)) {
      const name = snake(key);
      if ((name === 'file_data' || name === 'file_uri') && inner !== null) return true;
      if (key !== 'args' && key !== 'response') open.push(inner);
    }
  }
  return false;
}

/** One spelling for `googleSearch` and `google_search`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).slice(0, 200);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
