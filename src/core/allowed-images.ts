/** Whether the operator lets repositories bring an image. */

/** `patterns` are references as repositories write them; `*` stands for any characters, also none. */
export function isImageAllowed(patterns: readonly string[], image: string): boolean {
  return patterns.some((pattern) => matches(pattern.split('*'), image));
}

/** The parts between stars, each found as early as possible: linear, whatever the pattern is. */
function matches(parts: string[], image: string): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return image === first;
  if (!image.startsWith(first) || image.length < first.length + last.length) return false;
  if (!image.endsWith(last)) return false;
  const end = image.length - last.length;
  let from = first.length;
  for (const part of rest) {
    const at = image.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
