/** Writes each prompt to a file of its own and says where in the command's environment. */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PromptRequest } from '@agentclientprotocol/sdk/unstable';

/** The file lies beside `PRLT_RESULT_FILE`, outside of the checkout. `_meta.prlt` of the prompt has its number and kind. */
export async function writePrompt(
  request: PromptRequest,
  env: NodeJS.ProcessEnv,
): Promise<{ env: Record<string, string> }> {
  const about = (request._meta?.['prlt'] ?? {}) as { number?: unknown; kind?: unknown };
  const number = typeof about.number === 'number' ? about.number : 1;
  const directory = env['PRLT_RESULT_FILE'] === undefined ? tmpdir() : dirname(env['PRLT_RESULT_FILE']);
  const path = join(directory, `prompt-${number}.md`);
  const text = request.prompt.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
  await mkdir(directory, { recursive: true });
  await writeFile(path, text);
  return {
    env: {
      PRLT_PROMPT_FILE: path,
      PRLT_PROMPT_NUMBER: String(number),
      ...(typeof about.kind === 'string' && { PRLT_RUN_KIND: about.kind }),
    },
  };
}
