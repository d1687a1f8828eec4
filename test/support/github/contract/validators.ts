/** Turns the description's schemas into ajv validators, each compiled when it is first needed. */
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Description, Schema } from './description.ts';

/** The validator of one schema; the same schema object is compiled once. */
export type Validators = (schema: Schema, options?: { coerce: boolean }) => ValidateFunction;

export function createValidators(description: Description): Validators {
  const strict = compiler(description, false);
  const coercing = compiler(description, true);
  return (schema, options) => (options?.coerce ? coercing(schema) : strict(schema));
}

function compiler(description: Description, coerce: boolean): (schema: Schema) => ValidateFunction {
  const ajv = new Ajv({ strict: false, logger: false, coerceTypes: coerce, inlineRefs: false });
  addFormats.default(ajv);
  const compiled = new WeakMap<Schema, ValidateFunction>();
  const known = new Set<string>();

  /** Registers a named schema and everything it leads to. */
  function register(name: string): void {
    if (known.has(name)) return;
    known.add(name);
    ajv.addSchema(translate(description.component(name), register), `gh:${name}`);
  }

  return (schema) => {
    const ready = compiled.get(schema);
    if (ready !== undefined) return ready;
    const fresh = ajv.compile(translate(schema, register));
    compiled.set(schema, fresh);
    return fresh;
  };
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says `null`; references point at our names. */
function translate(value: Schema, register: (name: string) => void): Schema {
  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    const { nullable, example: _example, examples: _examples, ...rest } = part as Schema;
    const out: Schema = {};
    for (const [key, inner] of Object.entries(rest)) out[key] = key === 'enum' ? inner : walk(inner);
    if (typeof out['$ref'] === 'string') {
      const name = out['$ref'].split('/').at(-1) ?? '';
      register(name);
      out['$ref'] = `gh:${name}`;
    }
    return nullable === true ? { anyOf: [{ type: 'null' }, out] } : out;
  };
  return walk(value) as Schema;
}
