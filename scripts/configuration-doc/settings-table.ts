/** Flattens a JSON Schema into the rows of a table: one per setting that a person can write. */

/** The parts of JSON Schema 2020-12 that `z.toJSONSchema` uses for our settings. */
export interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  /** Not of JSON Schema: what our schemas say of a number. */
  unit?: string;
}

export interface Row {
  /** `limits.run`, `workers[].name`, `profiles.<name>.runner`. */
  key: string;
  type: string;
}

export function rowsOf(schema: JsonSchema, prefix = ''): Row[] {
  const { properties, additionalProperties, items } = schema;
  if (properties) {
    return Object.entries(properties).flatMap(([name, inner]) =>
      rowsOf(inner, prefix ? `${prefix}.${name}` : name),
    );
  }
  if (typeof additionalProperties === 'object') return rowsOf(additionalProperties, `${prefix}.<name>`);
  if (items?.properties) return rowsOf(items, `${prefix}[]`);
  return [{ key: prefix, type: typeOf(schema) }];
}

function typeOf(schema: JsonSchema): string {
  const { type, items, anyOf, enum: choices, pattern } = schema;
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (choices) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  if (items) return `list: ${typeOf(items)}`;
  if (pattern?.includes('(ms|s|m|h|d)')) return 'duration: `90s`, `60m`, `2h`';
  if (pattern?.includes('[kmgt]')) return 'size: `512m`, `2g`';
  if (pattern) return 'name';
  if (schema.unit) return `${schema.unit}: \`5\`, \`0.5\``;
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'string' ? 'text' : (type ?? 'anything');
}
