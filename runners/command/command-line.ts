/** The configured command line. */
import { RequestError } from '@agentclientprotocol/sdk/unstable';

/** Reads `PRLT_COMMAND`, a JSON list of words; throws what ACP shows as a sentence. */
export function readCommand(env: NodeJS.ProcessEnv): [string, ...string[]] {
  const words = parse(env['PRLT_COMMAND']);
  const [first, ...rest] = words;
  if (first === undefined) {
    throw RequestError.invalidParams(undefined, 'the profile names no command: set `command: [sh, -c, "…"]`');
  }
  return [first, ...rest];
}

function parse(text: string | undefined): string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : [];
  } catch {
    return [];
  }
}
