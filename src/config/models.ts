/** The providers of models, from `PRLT_MODELS_<NAME>_…`; the names are the operator's, so the keys cannot be a schema. */
import { readFileSync } from 'node:fs';
import { type KeySource, type ModelProvider, modelApis } from '#src/core/models.ts';
import { listPrices } from '#src/core/pricing/list-prices.ts';
import type { PriceTable } from '#src/core/pricing.ts';
import { readPrices } from './prices.ts';

export interface ModelSettings {
  /** In the order of their names, those with a name of their own vendor first. */
  providers: ModelProvider[];
  prices: PriceTable;
}

type Env = Record<string, string | undefined>;
type Part = (typeof parts)[number];

/** What may follow a provider's name. */
export const parts = ['KEY', 'KEY_FILE', 'KEY_COMMAND', 'URL', 'API', 'ALLOW'] as const;
const keyParts = ['KEY', 'KEY_FILE', 'KEY_COMMAND'] as const;
const prefix = 'PRLT_MODELS_';
const pricesName = 'PRLT_MODELS_PRICES';

const known: Record<string, { api: ModelProvider['api']; url: string }> = {
  anthropic: { api: 'anthropic', url: 'https://api.anthropic.com' },
  openai: { api: 'openai', url: 'https://api.openai.com/v1' },
  gemini: { api: 'gemini', url: 'https://generativelanguage.googleapis.com' },
};

/** No sentence of `problems` repeats a value: it may be a key. */
export function readModels(env: Env): { models: ModelSettings; problems: string[] } {
  const problems: string[] = [];
  const given = new Map<string, Partial<Record<Part, string>>>();
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix) || name === pricesName || value === undefined || value === '') continue;
    const found =
      /^PRLT_MODELS_([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*?)_(KEY_COMMAND|KEY_FILE|KEY|URL|API|ALLOW)$/.exec(name);
    if (found?.[1] === undefined) {
      problems.push(`${name} is not a setting: \`PRLT_MODELS_<NAME>_\` is followed by ${parts.join(', ')}.`);
      continue;
    }
    given.set(found[1], { ...given.get(found[1]), [found[2] as Part]: value.trim() });
  }
  const providers = [...given].flatMap(([name, values]) => {
    const read = providerFrom(name, values);
    if ('problems' in read) problems.push(...read.problems);
    return 'problems' in read ? [] : [read];
  });
  const prices = pricesFrom(env[pricesName]?.trim());
  if ('problems' in prices) problems.push(...prices.problems);
  return {
    models: {
      providers: providers.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)),
      prices: 'problems' in prices ? listPrices : { ...listPrices, ...prices.table },
    },
    problems,
  };
}

const rank = ({ name }: ModelProvider): number => (Object.hasOwn(known, name) ? 0 : 1);

function providerFrom(
  upper: string,
  values: Partial<Record<Part, string>>,
): ModelProvider | { problems: string[] } {
  const name = upper.toLowerCase().replaceAll('_', '-');
  const usual = Object.hasOwn(known, name) ? known[name] : undefined;
  const setting = (part: Part): string => `${prefix}${upper}_${part}`;
  const written = values.API ?? usual?.api ?? 'openai';
  const api = modelApis.find((one) => one === written);
  const url = addressFrom(values.URL ?? usual?.url, api);
  const key = keyFrom(values, setting);
  const problems: string[] = [];
  if (api === undefined) problems.push(`${setting('API')} is one of ${modelApis.join(', ')}.`);
  if (url === undefined) {
    problems.push(
      values.URL === undefined
        ? `${setting('URL')} is missing: where the API of "${name}" is, such as https://models.example.org/v1.`
        : `${setting('URL')} is not an address such as https://models.example.org/v1; it has no user, query or fragment.`,
    );
  }
  if ('problem' in key) problems.push(key.problem);
  else if (key.from === 'none' && values.URL === undefined && usual !== undefined) {
    problems.push(`"${name}" needs a key: set ${keyParts.map(setting).join(' or ')}.`);
  }
  if (problems.length > 0 || !api || url === undefined || 'problem' in key) return { problems };
  const allow = (values.ALLOW ?? '').split(',').map((one) => one.trim());
  return { name, api, url, key, allow: allow.filter((one) => one !== '') };
}

function addressFrom(text: string | undefined, api: ModelProvider['api'] | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
  if (url.search !== '' || url.hash !== '') return undefined;
  const bare = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  // The paths of these APIs begin with their version themselves.
  if (api === 'gemini') return bare.replace(/\/v1beta$/, '');
  return api === 'anthropic' ? bare.replace(/\/v1$/, '') : bare;
}

function keyFrom(
  values: Partial<Record<Part, string>>,
  setting: (part: Part) => string,
): KeySource | { problem: string } {
  const set = keyParts.filter((part) => values[part] !== undefined);
  if (set.length > 1) return { problem: `${set.map(setting).join(' and ')} are both set; keep one.` };
  const { KEY, KEY_FILE, KEY_COMMAND } = values;
  if (KEY !== undefined) {
    return isKey(KEY) ? { from: 'value', value: KEY } : { problem: `${setting('KEY')} ${unlikely}` };
  }
  if (KEY_FILE !== undefined) {
    const problem = fileProblem(KEY_FILE);
    return problem ? { problem: `${setting('KEY_FILE')} ${problem}` } : { from: 'file', path: KEY_FILE };
  }
  if (KEY_COMMAND === undefined) return { from: 'none' };
  const argv = argvFrom(KEY_COMMAND);
  return argv
    ? { from: 'command', argv }
    : { problem: `${setting('KEY_COMMAND')} is neither a path nor a JSON list such as ["op", "read", "…"].` };
}

const unlikely = 'holds characters that no key has: it is one line without spaces.';

/** What can stand in a header without being quoted or split. */
export function isKey(text: string): boolean {
  return /^[\x21-\x7e]{1,8192}$/.test(text);
}

function fileProblem(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? 'names an empty file.' : isKey(text) ? undefined : unlikely;
  } catch (error) {
    return `cannot be read: ${codeOf(error)}.`;
  }
}

function argvFrom(text: string): string[] | undefined {
  if (!text.startsWith('[')) return [text];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) &&
      list.length > 0 &&
      list.every((one) => typeof one === 'string' && one !== '')
      ? list
      : undefined;
  } catch {
    return undefined;
  }
}

function pricesFrom(path: string | undefined): { table: PriceTable } | { problems: string[] } {
  if (!path) return { table: {} };
  try {
    const read = readPrices(readFileSync(path, 'utf8'));
    return 'table' in read ? read : { problems: read.problems.map((one) => `${pricesName}: ${one}`) };
  } catch (error) {
    return { problems: [`${pricesName} cannot be read: ${codeOf(error)}.`] };
  }
}

/** `ENOENT` and its like: the message would repeat the path, which could be a key put into the wrong setting. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'it is no text';
}
