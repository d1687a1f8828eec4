/** GitHub's own OpenAPI description: which calls exist, and the schemas of what goes in and comes out. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

export type Schema = Record<string, unknown>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly parameters: readonly Parameter[];
  readonly bodyRequired: boolean;
  readonly body: Schema | null;
  readonly documentation: string;
  /** Schema by status; null where the answer has no JSON body. */
  readonly answers: ReadonlyMap<number, Schema | null>;
}

export interface Description {
  readonly paths: readonly string[];
  /** The operation of a path template as written in the description, such as `/repos/{owner}/{repo}`. */
  operation(method: string, template: string): Operation | null;
  /** A named schema that `$ref`s lead to. */
  component(name: string): Schema;
}

interface Reference {
  $ref?: string;
}
interface RawAnswer extends Reference {
  content?: Record<string, { schema: Schema }>;
}
interface RawOperation {
  parameters?: (Parameter & Reference)[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, RawAnswer>;
  externalDocs?: { url: string };
}
interface Raw {
  paths: Record<string, Record<string, RawOperation>>;
  components: {
    schemas: Record<string, Schema>;
    parameters: Record<string, Parameter>;
    responses: Record<string, RawAnswer>;
  };
}

/** Where the description contradicts itself and GitHub: this list's `account` would have to be a user and an enterprise. */
const CORRECTED: Readonly<Record<string, Schema>> = {
  'GET /app/installations': { type: 'array', items: { $ref: '#/components/schemas/installation' } },
};

/** Reads the description with references left in: 13 MB in about 0.15 s, where the expanded one is 73 MB. */
export async function loadDescription(): Promise<Description> {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
  const raw = JSON.parse(await readFile(file, 'utf8')) as Raw;
  const named = <T>(table: Record<string, T>, ref: string): T => {
    const found = table[ref.split('/').at(-1) ?? ''];
    if (found === undefined) throw new Error(`GitHub's description has no ${ref}`);
    return found;
  };
  const json = (content: Record<string, { schema: Schema }> | undefined): Schema | null =>
    content?.['application/json']?.schema ?? null;

  return {
    paths: Object.keys(raw.paths),
    component: (name) => named(raw.components.schemas, name),
    operation(method, template) {
      const found = raw.paths[template]?.[method.toLowerCase()];
      if (found === undefined) return null;
      const answers = Object.entries(found.responses).map(([status, answer]) => {
        const resolved = answer.$ref === undefined ? answer : named(raw.components.responses, answer.$ref);
        const corrected = Number(status) < 300 ? CORRECTED[`${method.toUpperCase()} ${template}`] : undefined;
        return [Number(status), corrected ?? json(resolved.content)] as const;
      });
      return {
        parameters: (found.parameters ?? []).map((each) =>
          each.$ref === undefined ? each : named(raw.components.parameters, each.$ref),
        ),
        bodyRequired: found.requestBody?.required ?? false,
        body: json(found.requestBody?.content),
        documentation: found.externalDocs?.url ?? 'https://docs.github.com/rest',
        answers: new Map(answers),
      };
    },
  };
}
