/** The command line of `prlt-agent` → a tool and its arguments, by the table of the tools. */
import { parseArgs } from 'node:util';
import { type Field, type ToolName, toolNames, tools } from './definitions.ts';

export type Read =
  | { kind: 'call'; tool: ToolName; args: Record<string, unknown>; json: boolean }
  | { kind: 'help'; tool?: ToolName }
  | { kind: 'wrong'; sentence: string };

export function flagOf(name: string, field: Field): string {
  return field.flag ?? name.replaceAll('_', '-');
}

/** `stdin` is read when a value is `-`. Bounds of values are the host's to check. */
export function readArguments(argv: readonly string[], stdin: () => string): Read {
  const [command, ...rest] = argv;
  if (command === undefined) return { kind: 'wrong', sentence: 'Which tool?' };
  if (command === 'help' || command === '--help' || command === '-h') return { kind: 'help' };
  const tool = toolNames.find((name) => tools[name].command === command || name === command);
  if (tool === undefined) return { kind: 'wrong', sentence: `There is no tool ${JSON.stringify(command)}.` };
  try {
    return readCall(tool, rest, stdin);
  } catch (error) {
    return { kind: 'wrong', sentence: error instanceof Error ? error.message : String(error) };
  }
}

function readCall(tool: ToolName, argv: string[], stdin: () => string): Read {
  const { fields, plain } = tools[tool];
  const parsed = parseArgs({
    args: argv,
    options: { ...optionsOf(fields), json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  const { positionals } = parsed;
  const values: Readonly<Record<string, Given>> = parsed.values;
  if (values['help']) return { kind: 'help', tool };
  const args: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = values[flagOf(name, field)];
    const value = argumentOf(field, given, stdin);
    if (value !== undefined) args[name] = value;
    else if (field.required && field.kind === 'texts') args[name] = [];
  }
  if (plain !== undefined && positionals.length === 1) {
    args[plain] ??= positionals[0] === '-' ? stdin() : positionals[0];
  } else if (positionals.length > 0) {
    throw new Error(`${JSON.stringify(positionals.at(-1))} belongs to nothing; put a text into quotes.`);
  }
  const missing = Object.entries(fields).filter(
    ([name, field]) => field.required && args[name] === undefined,
  );
  if (missing.length > 0) {
    const names = missing.map(([name, field]) =>
      name === plain ? `the ${name}` : `--${flagOf(name, field)}`,
    );
    throw new Error(`Missing: ${names.join(', ')}.`);
  }
  return { kind: 'call', tool, args, json: values['json'] === true };
}

function optionsOf(fields: Readonly<Record<string, Field>>) {
  const options = Object.entries(fields).map(([name, field]) => {
    const multiple = field.kind === 'texts' || field.kind === 'records';
    const type = field.kind === 'flag' ? ('boolean' as const) : ('string' as const);
    return [flagOf(name, field), { type, multiple }] as const;
  });
  return Object.fromEntries(options);
}

type Given = string | boolean | (string | boolean)[] | undefined;

function argumentOf(field: Field, given: Given, stdin: () => string): unknown {
  if (given === undefined || typeof given === 'boolean') return given;
  if (Array.isArray(given)) {
    return given.map(String).map((one) => (field.kind === 'records' ? recordOf(field.fields, one) : one));
  }
  return given === '-' ? stdin() : given;
}

/** `a:b:c`, in the order of the fields; the last one has the rest, colons included. */
function recordOf(fields: Readonly<Record<string, Field>>, text: string): Record<string, unknown> {
  const names = Object.keys(fields);
  const parts = text.split(':');
  if (parts.length < names.length) {
    throw new Error(`${JSON.stringify(text)} is not of the form ${names.join(':')}.`);
  }
  const values = [...parts.slice(0, names.length - 1), parts.slice(names.length - 1).join(':')];
  const entries = names.map((name, index) => {
    const value = values[index]?.trim() ?? '';
    return [name, fields[name]?.kind === 'line_number' ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}
