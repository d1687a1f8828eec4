/** What a command of the `prlt` tool is. Adding one: a file, and a line in the registry. */

export interface Terminal {
  /** The environment with `.env` read in. */
  env: Record<string, string | undefined>;
  out: (text: string) => void;
  err: (text: string) => void;
}

export interface CliCommand {
  name: string;
  /** As it follows `prlt`. */
  usage: string;
  /** One line for the list of commands. */
  summary: string;
  /** @returns the exit code */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}
