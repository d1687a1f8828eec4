/** Takes HTML comments, hidden elements and attributes out of Markdown, outside code. What people see stays. */
import { applyEdits, type Edit, rangeEnds, type Tally } from './edits.ts';
import { invisibleKind, isInvisible } from './invisible.ts';
import { visibleCode } from './visible-code.ts';

const opening = /<(?:!|\?|\/?[a-z])|&(?:#|[a-z])/gi;
const tag =
  /<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z_:@][\w:.@-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/iy;
const attribute = /([a-z_:@][\w:.@-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/gi;
const reference =
  /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(zerowidthspace|zwj|zwnj|lrm|rlm|shy|nobreak|ic|it|af));?/iy;

const neverShown = new Set(['script', 'style', 'template']);
const voidTags = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'wbr',
]);
const shownAttributes = new Set(['href', 'src', 'width', 'height', 'align', 'open', 'colspan', 'rowspan']);
const hiddenStyle =
  /display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|font-size\s*:\s*0(?![.\d])/i;

/** Longest tag that is looked at; what is longer is cut whole, for nobody reads it. */
const longestTag = 4000;

/** Linear in the length of `text`. */
export function stripHtml(text: string, tally: Tally): string {
  const inCode = rangeEnds(visibleCode(text));
  const closers = closersOf(text);
  const edits: Edit[] = [];
  opening.lastIndex = 0;
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const start = found.index;
    const code = inCode(start);
    const edit = code === undefined ? editAt(text, start, closers, tally) : undefined;
    if (edit && edit.by !== text.slice(edit.start, edit.end)) edits.push(edit);
    opening.lastIndex = Math.max(opening.lastIndex, code ?? edit?.end ?? 0);
  }
  return applyEdits(text, edits);
}

function editAt(text: string, start: number, closers: Closers, tally: Tally): Edit | undefined {
  if (text[start] === '&') return referenceAt(text, start, tally);
  if (text[start + 1] === '!' || text[start + 1] === '?') return commentAt(text, start, closers, tally);
  return tagAt(text, start, closers, tally);
}

/** Comments, and what browsers treat as such: declarations, CDATA, processing instructions. */
function commentAt(text: string, start: number, closers: Closers, tally: Tally): Edit | undefined {
  const [open, close] = text.startsWith('<!--', start)
    ? ['<!--', '-->']
    : text.startsWith('<![CDATA[', start)
      ? ['<![CDATA[', ']]>']
      : text[start + 1] === '?'
        ? ['<?', '?>']
        : ['<!', '>'];
  if (open === '<!' && !/[a-z]/i.test(text[start + 2] ?? '')) return undefined;
  // `<!-->` and `<!--->` are whole comments. One that is never closed hides all that follows when it begins a line,
  // and is shown as it is when it does not.
  const short = /<!--(?:-?>)/y;
  short.lastIndex = start;
  const end = short.test(text) ? short.lastIndex : closers.after(close, start + open.length);
  if (end === undefined && !/(?:^|\n) {0,3}$/.test(text.slice(Math.max(0, start - 4), start)))
    return undefined;
  tally.add('HTML comment');
  return { start, end: end ?? text.length, by: gap(text, start) };
}

function tagAt(text: string, start: number, closers: Closers, tally: Tally): Edit | undefined {
  const window = text.slice(start, start + longestTag);
  tag.lastIndex = 0;
  const match = tag.exec(window);
  if (!match) return undefined;
  const [whole, slash, name = '', attributes = ''] = match;
  const end = start + whole.length;
  const lower = name.toLowerCase();
  if (name.length > 40) {
    tally.add('HTML tag');
    return { start, end, by: gap(text, start) };
  }
  const read = readAttributes(attributes);
  if (!slash && (neverShown.has(lower) || isHidden(read))) {
    tally.add('hidden element');
    return { start, end: voidTags.has(lower) ? end : closers.ofElement(lower, end), by: gap(text, start) };
  }
  const kept = read.filter(isShown);
  const lost = read.filter((one) => !isShown(one) && (one.value ?? one.name) !== '');
  tally.add('HTML attribute', lost.length);
  if (lost.length === 0) return { start, end, by: whole };
  const shown = kept
    .map(({ name: key, value }) => (value === undefined ? ` ${key}` : ` ${key}="${value}"`))
    .join('');
  return { start, end, by: `<${slash}${name}${shown}>` };
}

interface Attribute {
  name: string;
  value?: string;
}

function readAttributes(source: string): Attribute[] {
  return [...source.matchAll(attribute)].map(([, name = '', double, single, bare]) => {
    const value = double ?? single ?? bare;
    return { name: name.toLowerCase(), ...(value === undefined ? {} : { value }) };
  });
}

function isHidden(attributes: Attribute[]): boolean {
  return attributes.some(
    ({ name, value }) => name === 'hidden' || (name === 'style' && hiddenStyle.test(value ?? '')),
  );
}

function isShown({ name, value }: Attribute): boolean {
  if (!shownAttributes.has(name)) return false;
  if (name === 'href' || name === 'src') return !/[\s"]/.test(value ?? '');
  return /^[\w.%-]{0,12}$/.test(value ?? '');
}

function referenceAt(text: string, start: number, tally: Tally): Edit | undefined {
  reference.lastIndex = start;
  const match = reference.exec(text);
  if (!match) return undefined;
  const [, decimal, hex, name] = match;
  const point = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
  const end = reference.lastIndex;
  if (name && text[end - 1] !== ';') return undefined;
  const char = point === undefined || point > 0x10ffff ? undefined : String.fromCodePoint(point);
  if (char !== undefined && !isInvisible(char)) return undefined;
  if (point !== undefined && char === undefined) return undefined;
  const bidi = name && /^[lr]lm$/i.test(name) ? '\u200e' : name && /^shy$/i.test(name) ? '\u00ad' : '\u200b';
  tally.add(invisibleKind(char ?? bidi));
  return { start, end, by: '' };
}

interface Closers {
  /** Where an element ends: after its closing tag, else at the end of the text. Nested ones of the same name count. */
  ofElement: (name: string, from: number) => number;
  /** The end of the next `mark`, if there is one. */
  after: (mark: string, from: number) => number | undefined;
}

function closersOf(text: string): Closers {
  // Looking for what is not there once per opening would take quadratic time.
  const missing = new Set<string>();
  return {
    ofElement: (name, from) => {
      const either = new RegExp(`<(/?)${name}(?=[\\s/>])[^<>]*>`, 'gi');
      either.lastIndex = from;
      let depth = 1;
      for (let match = either.exec(text); match; match = either.exec(text)) {
        depth += match[1] ? -1 : 1;
        if (depth === 0) return either.lastIndex;
      }
      return text.length;
    },
    after: (mark, from) => {
      const at = missing.has(mark) ? -1 : text.indexOf(mark, from);
      if (at < 0) missing.add(mark);
      return at < 0 ? undefined : at + mark.length;
    },
  };
}

/** What is put in place of a cut, so that its two sides do not join into new markup. */
function gap(text: string, start: number): string {
  return /[<&![(/-]/.test(text[start - 1] ?? '') ? ' ' : '';
}
