/** Reads the result that the agent may have left as JSON. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const limit = 64 * 1024;

/** `value` is unchecked; `note` says why there is none although a file is there. */
export async function readResult(path: string): Promise<{ value?: unknown; note?: string }> {
  // A pipe in its place must not make the shim wait for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (!file) return {};
  try {
    const info = await file.stat();
    if (!info.isFile()) return { note: 'The result file is not a regular file and was not read.' };
    if (info.size > limit) return { note: `The result file is larger than ${limit} bytes and was not read.` };
    const text = await file.readFile('utf8');
    if (text.trim() === '') return {};
    const value: unknown = JSON.parse(text);
    // It is written out again for the host: short forms of numbers grow, and what is nested without end cannot be.
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > limit) return { note: `The result has ${bytes} bytes, ${limit} are taken; it was left out.` };
    return { value };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { note: `The result file cannot be used as JSON: ${why}` };
  } finally {
    await file.close();
  }
}
