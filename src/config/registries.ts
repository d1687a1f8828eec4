/** The file of private registries that `PRLT_REGISTRIES` names; every problem names registry and key. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { KeySource } from '#src/core/models.ts';
import { authorityOf } from '#src/core/network/authority.ts';
import type { Registry, RegistryAuth } from '#src/core/registry.ts';

type Env = Readonly<Record<string, string | undefined>>;

const secret = z.union(
  [
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ command: z.array(z.string().min(1)).min(1) }),
  ],
  { error: 'is where the secret comes from: { env: NAME }, { file: /path } or { command: [program, …] }' },
);

const auth = z.union(
  [
    z.strictObject({
      basic: z.strictObject({
        user: z.string().regex(/^[^:\p{Cc}]+$/u, 'is a name without a colon'),
        password: secret,
      }),
    }),
    z.strictObject({ bearer: secret }),
    z.strictObject({
      header: z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9-]+$/, 'is the name of a header'),
        value: secret,
      }),
    }),
  ],
  {
    error: 'is { basic: { user, password } }, { bearer } or { header: { name, value } }, each with a secret',
  },
);

const registry = z.strictObject({
  type: z.enum(['npm', 'pypi', 'maven', 'go', 'generic']),
  url: z.string().transform((written, context) => {
    const url = URL.parse(written);
    if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash)
      return url.pathname.endsWith('/') ? url.href : `${url.href}/`;
    context.addIssue({
      code: 'custom',
      message: 'is an address such as https://npm.example.org/path/, without user, query or fragment',
    });
    return z.NEVER;
  }),
  auth: auth.optional(),
  repositories: z
    .array(z.string().regex(/^[\w.*-]+\/[\w.*-]+$/, 'is owner/name; `*` stands for anything but a slash'))
    .min(1),
  scopes: z.array(z.string().regex(/^\S+$/)).default([]),
  index: z
    .string()
    .regex(/^([\w+.-]+\/)*$/, 'is a path with a slash at its end, such as simple/')
    .default('simple/'),
  extra: z.boolean().default(false),
});

const file = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,38}$/, 'is a short name of small letters, digits and dashes'),
  registry,
);

/**
 * @param path undefined for none
 * @param privateHosts canonical entries of the network that is the operator's own
 */
export function readRegistries(
  path: string | undefined,
  env: Env,
  privateHosts: readonly string[],
): { registries: Registry[]; problems: string[] } {
  if (path === undefined) return { registries: [], problems: [] };
  let raw: unknown;
  try {
    const document = parseDocument(readFileSync(path, 'utf8'));
    if (document.errors[0]) throw new Error(document.errors[0].message.split('\n')[0]);
    raw = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { registries: [], problems: [`PRLT_REGISTRIES: ${path} cannot be read: ${reason}`] };
  }
  const parsed = file.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `PRLT_REGISTRIES: ${issue.path.map(String).join('.')}: ${issue.message}`,
    );
    return { registries: [], problems };
  }
  const problems: string[] = [];
  const registries = Object.entries(parsed.data).map(([name, { auth: written, ...rest }]): Registry => {
    const complain = (sentence: string) => problems.push(`PRLT_REGISTRIES: ${name}: ${sentence}`);
    for (const scope of rest.scopes) {
      if (rest.type === 'npm' && !/^@[a-z0-9][a-z0-9._-]*$/.test(scope))
        complain(`scope ${JSON.stringify(scope)} is not one such as @acme`);
    }
    if (rest.type !== 'npm' && rest.type !== 'go' && rest.scopes.length > 0)
      complain('scopes are for npm and go only');
    const auth = written && authFrom(written, env, complain);
    if (auth && openly(rest.url) && !privateHosts.includes(authorityOf(new URL(rest.url)) ?? ''))
      complain(
        'url would send the secret over plain http; use https, or name the host in PRLT_ALLOW_PRIVATE_HOSTS',
      );
    return { name, ...rest, ...(auth ? { auth } : {}) };
  });
  return { registries, problems };
}

const openly = (url: string): boolean => url.startsWith('http:');

function authFrom(
  written: z.infer<typeof auth>,
  env: Env,
  complain: (sentence: string) => void,
): RegistryAuth {
  if ('basic' in written)
    return { kind: 'basic', user: written.basic.user, secret: source(written.basic.password, env, complain) };
  if ('bearer' in written) return { kind: 'bearer', secret: source(written.bearer, env, complain) };
  const { name, value } = written.header;
  return { kind: 'header', header: name.toLowerCase(), secret: source(value, env, complain) };
}

/** What is in the environment is there from the start; files and commands are read when the secret is needed. */
function source(written: z.infer<typeof secret>, env: Env, complain: (sentence: string) => void): KeySource {
  if ('command' in written) return { from: 'command', argv: written.command };
  if ('file' in written) {
    try {
      readFileSync(written.file);
    } catch (error) {
      complain(`${written.file} cannot be read: ${(error as { code?: string }).code ?? 'no reason given'}`);
    }
    return { from: 'file', path: written.file };
  }
  const value = env[written.env];
  if (!value) complain(`the variable ${written.env} is not set`);
  return { from: 'value', value: value ?? '' };
}
