/** Parses JSON that an agent wrote: nothing nested without end, nothing that could reach a prototype. */

const maxDepth = 64;
const leftOut = '[left out: nested too deeply]';

/**
 * Like `JSON.parse`, but own `__proto__` keys are dropped and what lies deeper than 64 levels is replaced by a remark,
 * so that later code may recurse. Throws `SyntaxError` on text that is not JSON.
 */
export function parseBoundedJson(text: string): unknown {
  const root: unknown = JSON.parse(text);
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    const record = value as Record<string, unknown>;
    Reflect.deleteProperty(record, '__proto__');
    for (const key of Object.keys(record)) {
      const child = record[key];
      if (typeof child !== 'object' || child === null) continue;
      if (depth < maxDepth) open.push({ value: child, depth: depth + 1 });
      else record[key] = leftOut;
    }
  }
  return root;
}
