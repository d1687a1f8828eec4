/** A text read in the ways in which a token may be hidden: turned round, escaped, encoded, in pieces. */

export interface View {
  text: string;
  /** Which part of the original a part of the view comes from. */
  place: (start: number, end: number) => [start: number, end: number];
  /** What looks like a token may be put together by chance. */
  chance: boolean;
}

/** @param anchors what a token begins with or holds; a view that can show none of them is left out */
export function views(text: string, anchors: readonly string[]): View[] {
  const joined = join(text);
  return [
    { text, place: (start, end) => [start, end], chance: false },
    ...(anchors.some((anchor) => text.includes(turn(anchor))) ? [reversed(text)] : []),
    joined,
    ...(/%[0-9a-f]{2}|\\x[0-9a-f]{2}|\\u00[0-9a-f]{2}/i.test(text) ? [unescaped(text)] : []),
    ...decodedRuns(joined),
  ];
}

const turn = (text: string): string => text.split('').toReversed().join('');

function reversed(text: string): View {
  return {
    text: turn(text),
    place: (start, end) => [text.length - end, text.length - start],
    chance: false,
  };
}

const dropped = new Set(Array.from(' \t\r\n\v\f"\'`+,\\;()[]', (char) => char.charCodeAt(0)));
const keeps = Uint8Array.from({ length: 256 }, (_, code) => (dropped.has(code) ? 0 : 1));

/** Without white space, quotes and what joins strings, so that a token on several lines or in several strings is whole. */
function join(text: string): View {
  const bytes = new Uint8Array(text.length);
  const at = new Uint32Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Of no use in a token: what stands for nothing goes, the rest keeps apart what is left and right of it.
    if (code === 0x200b || (code < 256 && keeps[code] === 0)) continue;
    bytes[length] = code < 256 ? code : 0x20;
    at[length] = index;
    length += 1;
  }
  return {
    text: Buffer.from(bytes.buffer, 0, length).toString('latin1'),
    place: (start, end) => [at[start] ?? 0, (at[end - 1] ?? 0) + 1],
    chance: true,
  };
}

function unescaped(text: string): View {
  const at: number[] = [];
  let plain = '';
  let end = 0;
  const copy = (to: number) => {
    for (let index = end; index < to; index += 1) at.push(index);
    plain += text.slice(end, to);
  };
  for (const { 0: all, 1: code = '', index } of text.matchAll(/(?:%|\\x|\\u00)([0-9a-f]{2})/gi)) {
    copy(index);
    at.push(index);
    plain += String.fromCharCode(Number.parseInt(code, 16));
    end = index + all.length;
  }
  copy(text.length);
  at.push(text.length);
  return { text: plain, place: (start, stop) => [at[start] ?? 0, at[stop] ?? text.length], chance: false };
}

/** Long stretches of hexadecimal digits and of base64, in every alignment; found parts stand for the whole stretch. */
function decodedRuns({ text, place }: View): View[] {
  const found: View[] = [];
  const whole = (index: number, length: number) => () => place(index, index + length);
  for (const { 0: run, index } of text.matchAll(/[0-9a-fA-F]{40,}/g)) {
    for (const from of [0, 1])
      found.push({ text: latin(run.slice(from), 'hex'), place: whole(index, run.length), chance: false });
  }
  for (const { 0: run, index } of text.matchAll(/[A-Za-z0-9+/_-]{32,}/g)) {
    for (const from of [0, 1, 2, 3])
      found.push({ text: latin(run.slice(from), 'base64'), place: whole(index, run.length), chance: false });
  }
  return found;
}

/** Takes base64 of both alphabets. */
function latin(run: string, encoding: 'hex' | 'base64'): string {
  return Buffer.from(run, encoding).toString('latin1');
}
