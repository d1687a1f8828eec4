/** One call of `prlt-agent`, from its arguments to its exit code. */
import { readArguments } from './arguments.ts';
import { callTool } from './call-tool.ts';
import { help, helpOf } from './help.ts';

export interface Command {
  argv: readonly string[];
  /** Where the host serves the tools; undefined outside of a run. */
  url: string | undefined;
  /** Read when a value is `-`. */
  stdin: () => string;
  /** How long a host that is away is waited for, milliseconds. */
  patienceMs: number;
}

/** 0 done, 1 refused, 2 wrong usage, 3 the host stayed away. */
export interface Ending {
  code: 0 | 1 | 2 | 3;
  out?: string;
  err?: string;
}

export async function runCommand({ argv, url, stdin, patienceMs }: Command): Promise<Ending> {
  const read = readArguments(argv, stdin);
  if (read.kind === 'help') return { code: 0, out: read.tool ? helpOf(read.tool) : help() };
  if (read.kind === 'wrong') return { code: 2, err: `${read.sentence}\nprlt-agent --help says more.` };
  if (url === undefined) {
    return { code: 2, err: 'PRLT_MCP_URL is not set: this command works only inside of a run of prlt.' };
  }
  const answer = await callTool({ url, tool: read.tool, args: read.args, patienceMs });
  if (answer.kind === 'away') return { code: 3, err: answer.text };
  const text = read.json ? JSON.stringify(answer.raw) : answer.text;
  if (answer.kind === 'answer') return { code: 0, out: text };
  return read.json ? { code: 1, out: text } : { code: 1, err: text };
}
