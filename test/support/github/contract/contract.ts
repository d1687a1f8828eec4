/** Holds calls and answers against GitHub's description: bad calls are refused, bad answers are our own fault. */
import type { ErrorObject } from 'ajv';
import { notFound, Refusal } from '../failure.ts';
import type { Description, Operation } from './description.ts';
import { createValidators } from './validators.ts';

export interface Contract {
  readonly description: Description;
  /** Path parameters with their types; a value that cannot be one is simply not there (404). */
  checkPath(operation: Operation, params: Record<string, string>): Record<string, unknown>;
  /** Query parameters with their types; unknown ones are ignored, as GitHub does. */
  checkQuery(operation: Operation, query: URLSearchParams): Record<string, unknown>;
  checkBody(operation: Operation, body: unknown): Record<string, unknown>;
  /** What is wrong with an answer of ours, or null. */
  checkAnswer(operation: Operation, status: number, body: unknown): string | null;
}

export function createContract(description: Description): Contract {
  const validators = createValidators(description);

  function coerced(operation: Operation, place: 'path' | 'query', values: Record<string, unknown>) {
    const out: Record<string, unknown> = {};
    for (const { name, schema, in: where } of operation.parameters) {
      if (where !== place || values[name] === undefined) continue;
      const holder = { value: values[name] };
      const wrapped = wrappers.get(schema) ?? { type: 'object', properties: { value: schema } };
      wrappers.set(schema, wrapped);
      const validate = validators(wrapped, { coerce: true });
      if (!validate(holder)) return { name, error: validate.errors?.[0] };
      out[name] = holder.value;
    }
    return { out };
  }
  const wrappers = new WeakMap<object, Record<string, unknown>>();

  return {
    description,
    checkPath(operation, params) {
      const { out } = coerced(operation, 'path', params);
      if (out === undefined) throw notFound();
      return out;
    },
    checkQuery(operation, query) {
      const { out, name } = coerced(operation, 'query', Object.fromEntries(query));
      if (out === undefined)
        throw new Refusal(422, `Invalid request.\n\nInvalid value for query parameter "${name}".`);
      return out;
    },
    checkBody(operation, body) {
      if (body === undefined && !operation.bodyRequired) return {};
      if (typeof body !== 'object' || body === null || Array.isArray(body)) {
        if (Array.isArray(body) && operation.body !== null && validators(operation.body)(body))
          return { items: body };
        throw new Refusal(body === undefined ? 422 : 400, 'Body should be a JSON object');
      }
      if (operation.body !== null) {
        const validate = validators(operation.body);
        if (!validate(body)) throw new Refusal(422, `Invalid request.\n\n${explain(validate.errors)}`);
      }
      return body as Record<string, unknown>;
    },
    checkAnswer(operation, status, body) {
      if (status >= 400) return null;
      if (!operation.answers.has(status))
        return `status ${status} is not in GitHub's description of this call`;
      const schema = operation.answers.get(status);
      if (schema === null || schema === undefined) return null;
      const validate = validators(schema);
      return validate(body) ? null : `${explain(validate.errors)} [${schemaPath(validate.errors)}]`;
    },
  };
}

const schemaPath = (errors: ErrorObject[] | null | undefined): string => errors?.[0]?.schemaPath ?? '';

/** GitHub's sentences for the common cases. */
function explain(errors: ErrorObject[] | null | undefined): string {
  const sentences = (errors ?? []).slice(0, 5).map((error) => {
    const where = error.instancePath.slice(1).replaceAll('/', '.');
    if (error.keyword === 'required') return `"${error.params['missingProperty']}" wasn't supplied.`;
    return `For '${where === '' ? 'properties' : where}', ${error.message ?? error.keyword}.`;
  });
  return [...new Set(sentences)].join('\n');
}
