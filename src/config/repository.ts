/** The shape of `.github/prlt.yml`. Unknown keys are errors, everything has a default, an empty file is fine. */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { runners } from '#runners/registry.ts';
import { host } from './hosts.ts';
import { dollars, duration, size } from './units.ts';

const itemType = z.enum(['code', 'review', 'test', 'docs', 'deploy', 'triage', 'custom']);
const allTypes = itemType.options;
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,38}$/i, 'is a short name of letters, digits and dashes');

/** Names that are known to come; a file may have them already, and its profile has no runner until then. */
const coming = ['gemini', 'copilot'];

/** Names that a profile's `runner` may have, whether this service can use them or not. */
export const repositoryRunners: readonly string[] = [
  ...new Set([...runners.map((runner) => runner.name), ...coming]),
];

const profile = z.strictObject({
  runner: z.enum(repositoryRunners).optional(),
  command: z.array(z.string()).min(1).optional(),
  // It ends up in the configuration files of CLIs, which have quotes and lines of their own.
  model: z
    .string()
    .regex(/^[A-Za-z0-9][\w.:@/+-]{0,127}$/, 'is the name of a model')
    .optional(),
  instructions: z.string().max(20_000).optional(),
  image: z.string().trim().min(1).max(255).optional(),
  fallback: z.string().optional(),
});

const worker = z.strictObject({
  name,
  takes: z.array(itemType).default(allTypes),
  profile: name,
  agents: z.union([z.array(name).min(1), z.number().int().positive().max(100), z.literal('unlimited')]),
});

const limits = z.strictObject({
  concurrency: z.number().int().positive().default(3),
  run: duration.default(3_600_000),
  stall: duration.default(600_000),
  setup: duration.default(900_000),
  attempts: z.number().int().positive().default(3),
  review_rounds: z.number().int().nonnegative().default(3),
  spend: z.strictObject({ run: dollars.optional(), day: dollars.optional() }).optional(),
  memory: size.default(2 * 2 ** 30),
  cpus: z.number().positive().default(2),
  pids: z.number().int().positive().default(512),
  disk: size.default(10 * 2 ** 30),
});

/** As git writes it: one spelling, and nothing that leaves the checkout. */
const directory = z
  .string()
  .max(200)
  .refine(
    (path) =>
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what no folder is to have in its name
      !/[\u0000-\u001f\u007f`\\]/.test(path) &&
      path.split('/').every((part) => !['', '.', '..', '.git'].includes(part)),
    'is a folder of the repository such as packages/web: relative, without `.`, `..` and slashes at its ends',
  );

const step = z.string().trim().min(1).max(4_000);
const image = z.string().trim().min(1).max(255);

const part = z.strictObject({
  setup: z.array(step).max(50).optional(),
  profile: name.optional(),
  image: image.optional(),
});

const columns = z.strictObject({
  backlog: z.string().optional(),
  ready: z.string().optional(),
  in_progress: z.string().optional(),
  review: z.string().optional(),
  done: z.string().optional(),
});

export const repositoryConfig = z.strictObject({
  mode: z.enum(['agentic', 'collaborative', 'direct']).default('agentic'),
  trigger: z
    .strictObject({
      label: z.string().min(1).max(50).default('agent:ready'),
      bots: z.array(z.string()).default([]),
      columns: columns.optional(),
    })
    .prefault({}),
  workers: z
    .array(worker)
    .min(1)
    .default([{ name: 'dev', takes: allTypes, profile: 'coder', agents: ['bezos', 'gates', 'curie'] }]),
  profiles: z.record(name, profile).default({}),
  image: image.optional(),
  setup: z.array(step).max(50).default([]),
  paths: z.record(directory, part).default({}),
  limits: limits.prefault({}),
  diet: z.record(z.string(), z.number().positive()).optional(),
  review: z.strictObject({ council: z.array(name).optional(), lead: name.optional() }).optional(),
  merge: z
    .strictObject({
      policy: z.enum(['manual', 'auto', 'queue']).default('manual'),
      method: z.enum(['merge', 'squash', 'rebase']).default('squash'),
    })
    .prefault({}),
  questions: z.strictObject({ timeout: duration.optional(), auto_resume: z.boolean().optional() }).optional(),
  network: z.strictObject({ allow: z.array(host) }).optional(),
  protect: z.array(z.string()).default([]),
  publish: z
    .literal('auto', {
      error: 'is only `auto` in this version: nothing would hold the push, so `ask` is refused',
    })
    .default('auto'),
  branch: z.string().min(1).max(200).default('{key}/{kind}/{agent}/{repo}/{slug}'),
  workflows: z.record(z.string(), z.unknown()).default({}),
});

export type RepositoryConfig = z.infer<typeof repositoryConfig>;

export type ConfigResult =
  | { ok: true; config: RepositoryConfig; given: Set<string> }
  | { ok: false; problem: string };

/** Reads the text of the file. The problem names line or key, what is wrong and what would be right. */
export function parseRepositoryConfig(text: string): ConfigResult {
  const document = parseDocument(text, { prettyErrors: true });
  const broken = document.errors[0];
  if (broken) return { ok: false, problem: `.github/prlt.yml is not YAML: ${broken.message.split('\n')[0]}` };
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    return {
      ok: false,
      problem: `.github/prlt.yml cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const parsed = repositoryConfig.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const where = issue.path.map(String).join('.');
      const message =
        issue.code === 'invalid_key' ? issue.issues.map((inner) => inner.message).join('; ') : issue.message;
      return where ? `\`${where}\`: ${message}` : message;
    });
    return { ok: false, problem: `.github/prlt.yml is not valid. ${problems.join('; ')}` };
  }
  return { ok: true, config: parsed.data, given: new Set(Object.keys(raw as object)) };
}
