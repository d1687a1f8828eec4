/** docs/configuration.md, from the schemas of the settings. */
import { z } from 'zod';
import { policyFrom } from '#src/config/policy.ts';
import { repositoryConfig } from '#src/config/repository.ts';
import { environment } from '#src/config/settings.ts';
import { environmentMeanings, repositoryMeanings } from './meanings.ts';
import { modelsSection } from './models-section.ts';
import { type JsonSchema, type Row, rowsOf } from './settings-table.ts';

const forDefaults = { APP_ID: '1', WEBHOOK_SECRET: 'only for the defaults' };

/** Throws when a setting has no meaning written down. */
export function configurationPage(): string {
  const env = environmentRows();
  const defaults = environment.parse(forDefaults);
  return `# Configuration

This page is generated from the schemas in \`src/config/\` by \`npm run docs\`; a test fails when the two differ.

## Environment of the service

Read at start; every problem is said in one message, and \`npm start -- --check\` only checks. A file \`.env\` in the
working directory is read too; the environment wins over it.

${table(env, environmentMeanings, ({ key }) => written(env, key, defaults[key as keyof typeof defaults]))}

${modelsSection()}

## \`.github/prlt.yml\`

Read from the default branch. Everything has a default, so the file may be empty or absent. A key that is not listed
here is an error. Limits are cut to the operator's ceilings above.

${repositoryTable()}
`;
}

export function environmentRows(): Row[] {
  return rowsOf(z.toJSONSchema(environment, { io: 'input', unrepresentable: 'any' }) as JsonSchema).map(
    ({ key, type }) => ({ key, type: type === 'anything' ? 'number' : type }),
  );
}

export function repositoryRows(): Row[] {
  return rowsOf(z.toJSONSchema(repositoryConfig, { io: 'input', unrepresentable: 'any' }) as JsonSchema);
}

function repositoryTable(): string {
  const rows = repositoryRows();
  const defaults: unknown = repositoryConfig.parse({});
  const unbuilt = withoutEffect();
  const isUnbuilt = (key: string): boolean =>
    unbuilt.some((one) => key === one || key.startsWith(`${one}.`) || key.startsWith(`${one}[`));
  const meanings = Object.fromEntries(
    rows.map(({ key }) => [
      key,
      `${meaning(repositoryMeanings, key)}${isUnbuilt(key) ? ' *No effect yet.*' : ''}`,
    ]),
  );
  return table(rows, meanings, ({ key }) => written(rows, key, at(defaults, key)));
}

/** Keys that are accepted and obeyed by nothing yet, as the code that turns configuration into policy says. */
function withoutEffect(): string[] {
  const config = repositoryConfig.parse({
    trigger: { columns: {} },
    profiles: { any: { image: 'i' } },
  });
  const ceilings = environment.parse(forDefaults);
  const { notes } = policyFrom(
    config,
    new Set(Object.keys(repositoryConfig.shape)),
    {
      concurrency: ceilings.PRLT_MAX_CONCURRENCY,
      run: ceilings.PRLT_MAX_RUN,
      memory: ceilings.PRLT_MAX_MEMORY,
      spend: { run: ceilings.PRLT_MAX_SPEND_RUN, day: ceilings.PRLT_MAX_SPEND_DAY },
      hosts: [],
    },
    [],
  );
  return notes.flatMap((note) => /^`([^`]+)` has no effect/.exec(note)?.[1]?.replace('*', '<name>') ?? []);
}

function at(value: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((inner, name) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    if (!name.endsWith('[]')) return (inner as Record<string, unknown>)[name];
    return ((inner as Record<string, unknown>)[name.slice(0, -2)] as unknown[] | undefined)?.[0];
  }, value);
}

function table(rows: Row[], meanings: Record<string, string>, shown: (row: Row) => string): string {
  const lines = rows.map(
    (row) => `| \`${row.key}\` | ${row.type} | ${shown(row)} | ${meaning(meanings, row.key)} |`,
  );
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

function meaning(meanings: Record<string, string>, key: string): string {
  const sentence = meanings[key];
  if (sentence === undefined) throw new Error(`${key} has no line in scripts/configuration-doc/meanings.ts`);
  return sentence;
}

function written(rows: Row[], key: string, value: unknown): string {
  if (value === undefined || key === 'APP_ID' || key === 'WEBHOOK_SECRET') return '';
  const type = rows.find((row) => row.key === key)?.type ?? '';
  if (typeof value === 'number' && type.startsWith('duration')) return `\`${asDuration(value)}\``;
  if (typeof value === 'number' && type.startsWith('size')) return `\`${asSize(value)}\``;
  if (typeof value === 'number' && type.startsWith('US dollars')) return `\`${value / 1_000_000}\``;
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : `\`[${value.join(', ')}]\``;
  return `\`${value}\``;
}

function asDuration(ms: number): string {
  return ms % 3_600_000 === 0 && ms > 3_600_000 ? `${ms / 3_600_000}h` : `${ms / 60_000}m`;
}

function asSize(bytes: number): string {
  return bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30}g` : `${bytes / 2 ** 20}m`;
}
