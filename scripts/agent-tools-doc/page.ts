/** docs/agent-tools.md, made from the table of the tools. */
import {
  callsPerMinute,
  type Field,
  type ToolName,
  toolNames,
  tools,
  toolsVersion,
} from '#runners/tools/definitions.ts';
import { boundOf, usageOf } from '#runners/tools/help.ts';

export function agentToolsPage(): string {
  return [
    '# The tools of agents',
    '',
    `Version ${toolsVersion}. Written by \`npm run docs\` from \`runners/tools/definitions.ts\`; a test fails when the two differ.`,
    '',
    'An agent in a run has these tools twice: as the MCP server `prlt` (streamable HTTP at `$PRLT_MCP_URL`, no sessions, JSON',
    'answers; protocol 2026-07-28 and those before it) and as the command `prlt-agent`, which is on PATH. Both are the same',
    'calls on the run’s socket. Every call is on disk before it is answered; the same call twice in a row counts once.',
    '',
    'Arguments are checked strictly: an unknown one, a wrong type or a text that is too long is refused with a sentence, and',
    `nothing is recorded. Bounds hold for one run; all tools together may be called ${callsPerMinute} times a minute.`,
    '',
    '`prlt-agent <tool> --help` says what is below. A value of `-` is read from standard input, `--json` prints the answer as',
    'it came. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the service stayed away for a minute.',
    '',
    ...toolNames.flatMap(toolSection),
    '## What becomes of it',
    '',
    '- `finish`: title, summary, how it was tested, decisions and contract are the text of the pull request. The latest call',
    '  counts, and goes before `$PRLT_RESULT_FILE` of the `command` runner, field by field.',
    '- `report_progress`: among the last lines of the status comment, and in `/prlt peek`.',
    '- `ask_human`: shown as an open question in the status comment. Nobody can answer within the run yet: the answer says to go',
    '  on with the default or the safest reading. What a person says with `/prlt poke` reaches a working agent as ever.',
    '- `report_blocker`: the run is stopped and its work is kept, until a person asks again.',
    '- `create_item`: shown in the status comment. Nothing is made of it yet.',
    '- `read_item`: the text as it was when a permitted person asked an agent to do it, of the same repository only.',
    '',
    'All of it is the agent’s word: it is shown with mentions, references, images and markup made harmless, and decides nothing.',
    '',
  ].join('\n');
}

function toolSection(tool: ToolName): string[] {
  const { says, perMinute, perRun, fields } = tools[tool];
  const rate = `At most ${perMinute} calls a minute${perRun === undefined ? '' : `, ${perRun} in a run`}.`;
  return [
    `## ${tool}`,
    '',
    `${says} ${rate}`,
    '',
    '```text',
    usageOf(tool),
    '```',
    '',
    '| argument | | what it is |',
    '|---|---|---|',
    ...rows(fields, ''),
    '',
  ];
}

function rows(fields: Readonly<Record<string, Field>>, prefix: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const says = [field.says, choices(field), boundOf(field)].filter(Boolean).join(' ');
    const row = `| \`${prefix}${name}\` | ${field.required ? 'required' : ''} | ${says} |`;
    return field.kind === 'records' ? [row, ...rows(field.fields, `${prefix}${name}[].`)] : [row];
  });
}

function choices(field: Field): string {
  return field.kind === 'choice' ? `One of ${field.of.map((one) => `\`${one}\``).join(', ')}.` : '';
}
