/** The tools' table as schemas: what MCP clients are told, and what arguments are checked against. */
import { z } from 'zod';
import { type Field, type ToolName, tools } from '#runners/tools/definitions.ts';
import type { ToolCall } from '../desk.ts';

const schemas = new Map<ToolName, z.ZodType>();

/** JSON Schema of a tool's arguments, without what some providers of models refuse. */
export function argumentSchema(tool: ToolName): Record<string, unknown> & { type: 'object' } {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(schemaOf(tool));
  return { ...schema, type: 'object' };
}

export type Parsed = { kind: 'call'; call: ToolCall } | { kind: 'wrong'; sentence: string };

export function parseArguments(tool: ToolName, args: unknown): Parsed {
  const parsed = schemaOf(tool).safeParse(args ?? {});
  if (parsed.success) return { kind: 'call', call: { tool, ...(parsed.data as object) } as ToolCall };
  const said = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.').slice(0, 100) || 'arguments'}: ${message.slice(0, 200)}`);
  return { kind: 'wrong', sentence: `Nothing was recorded. ${said.join('; ')}.` };
}

function schemaOf(tool: ToolName): z.ZodType {
  const known = schemas.get(tool);
  if (known) return known;
  const made = objectOf(tools[tool].fields);
  schemas.set(tool, made);
  return made;
}

function objectOf(fields: Readonly<Record<string, Field>>): z.ZodType {
  const shape = Object.entries(fields).map(([name, field]): [string, z.ZodType] => {
    const value = typeOf(field).describe(field.says);
    return [name, field.required ? value : value.optional()];
  });
  return z.strictObject(Object.fromEntries(shape));
}

function typeOf(field: Field): z.ZodType {
  switch (field.kind) {
    case 'text':
      return z.string().min(1).max(field.most);
    case 'texts':
      return z.array(z.string().min(1).max(field.each)).max(field.most);
    case 'choice':
      return z.enum(field.of);
    case 'line_number':
      return z.int().min(1).max(10_000_000);
    case 'flag':
      return z.boolean();
    case 'records':
      return z.array(objectOf(field.fields)).max(field.most);
  }
}
