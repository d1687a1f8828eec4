/** Which tool of a CLI does what a step wants, and in which form it takes its input. */
import type { Step, ToolOffer, ToolUse } from './step.ts';

/** Reads the tools of a request in any of the three APIs. */
export function offeredTools(body: Record<string, unknown>): ToolOffer[] {
  const found = list(body['input']).filter((item) => item['type'] === 'tool_search_output');
  return [body, ...found].flatMap((holder) => list(holder['tools'])).flatMap((tool) => readTool(tool));
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

const kinds: Record<string, ToolOffer['kind']> = { custom: 'custom', tool_search: 'search' };

function readTool(tool: Record<string, unknown>, namespace?: string): ToolOffer[] {
  if (tool['type'] === 'namespace' && Array.isArray(tool['tools'])) {
    return (tool['tools'] as Record<string, unknown>[]).flatMap((one) => readTool(one, String(tool['name'])));
  }
  const spec = (tool['function'] ?? tool) as Record<string, unknown>;
  const schema = (spec['input_schema'] ?? spec['parameters'] ?? {}) as { properties?: object };
  return [
    {
      name: String(spec['name'] ?? tool['type']),
      ...(namespace !== undefined && { namespace }),
      kind: kinds[String(tool['type'])] ?? 'function',
      properties: { ...schema.properties },
    },
  ];
}

/**
 * Undefined for a step that uses no tool. A tool that has to be looked for first is: then the step is to be asked for
 * again. Throws when the call offers none that fits: the scenario is wrong then.
 */
export function toolFor(step: Step, offers: ToolOffer[]): ToolUse | undefined {
  if ('shell' in step) return shell(step.shell, offers);
  if (!('tool' in step)) return undefined;
  const offer = offers.find(
    ({ name }) => name === step.tool || [`_${step.tool}`, `-${step.tool}`].some((end) => name.endsWith(end)),
  );
  const search = offers.find(({ kind }) => kind === 'search');
  if (!offer && search) return use(search, { query: step.tool });
  if (!offer) throw new Error(`no tool ends with ${step.tool}; offered: ${namesOf(offers)}`);
  return use(offer, step.input);
}

/** Shell tools by name, each with its input for one command line. */
const shells: Record<string, (command: string) => Record<string, unknown>> = {
  Bash: (command) => ({ command, description: 'Runs a command' }),
  bash: (command) => ({ command, description: 'Runs a command' }),
  exec_command: (cmd) => ({ cmd }),
  shell_command: (command) => ({ command }),
  shell: (command) => ({ command: ['sh', '-c', command] }),
  run_shell_command: (command) => ({ command }),
};

function shell(command: string, offers: ToolOffer[]): ToolUse {
  for (const [name, input] of Object.entries(shells)) {
    const offer = offers.find((one) => one.name === name);
    if (offer) return use(offer, input(command));
  }
  throw new Error(`no shell tool is known among: ${namesOf(offers)}`);
}

function use({ name, namespace, kind }: ToolOffer, input: Record<string, unknown>): ToolUse {
  return { name, kind, input, ...(namespace !== undefined && { namespace }) };
}

function namesOf(offers: ToolOffer[]): string {
  return offers.map(({ name }) => name).join(', ') || 'none';
}
