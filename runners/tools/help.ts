/** What `prlt-agent --help` says, made from the table of the tools. */
import { flagOf } from './arguments.ts';
import { type Field, type ToolName, toolNames, tools, toolsVersion } from './definitions.ts';

export function help(): string {
  return [
    `prlt-agent, version ${toolsVersion}: tools of the service that runs you.`,
    '',
    ...toolNames.map((tool) => `  ${usageOf(tool)}`),
    '',
    ...toolNames.map((tool) => `  ${tools[tool].command.padEnd(12)} ${tools[tool].says}`),
    '',
    'A value of `-` is read from standard input. --json prints the answer as it came. prlt-agent <tool> --help says more.',
    'Exit code: 0 done, 1 refused, 2 wrong usage, 3 the service stayed away for a minute.',
  ].join('\n');
}

export function helpOf(tool: ToolName): string {
  const { says, fields, plain } = tools[tool];
  const lines = Object.entries(fields).map(([name, field]) => {
    const flag = name === plain ? `<${name}>` : `--${flagOf(name, field)}`;
    return `  ${flag.padEnd(16)} ${field.says} ${boundOf(field)}`.trimEnd();
  });
  return [usageOf(tool), '', says, '', ...lines].join('\n');
}

export function usageOf(tool: ToolName): string {
  const { command, fields, plain } = tools[tool];
  const parts = Object.entries(fields).map(([name, field]) => {
    if (name === plain) return `<${name}>`;
    const flag = `--${flagOf(name, field)}`;
    const value = field.kind === 'flag' ? flag : `${flag} ${placeholder(field)}`;
    if (field.kind === 'texts' || field.kind === 'records') return `[${value}]…`;
    return field.required ? value : `[${value}]`;
  });
  return `prlt-agent ${command} ${parts.join(' ')}`;
}

/** In words: how much of it there may be. */
export function boundOf(field: Field): string {
  switch (field.kind) {
    case 'text':
      return `At most ${field.most} characters.`;
    case 'texts':
      return `At most ${field.most}, ${field.each} characters each.`;
    case 'records':
      return `At most ${field.most}.`;
    case 'choice':
    case 'line_number':
    case 'flag':
      return '';
  }
}

function placeholder(field: Field): string {
  switch (field.kind) {
    case 'choice':
      return field.of.join('|');
    case 'records':
      return Object.keys(field.fields).join(':');
    case 'line_number':
      return '<number>';
    default:
      return '<text>';
  }
}
