/** Reads the result that the agent may have left as JSON. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const limit = 64 * 1024;
const notAFile = { note: 'The result file is not a regular file and was not read.' };

/** `value` is unchecked; `note` says why there is none although a file is there. */
export async function readResult(path: string): Promise<{ value?: unknown; note?: string }> {
  const file = await openResult(path);
  if (file === 'absent') return {};
  if (file === 'link') return notAFile;
  try {
    const info = await file.stat();
    if (!info.isFile()) return notAFile;
    if (info.size > limit) return { note: `The result file is larger than ${limit} bytes and was not read.` };
    const text = await file.readFile('utf8');
    if (text.trim() === '') return {};
    const value: unknown = JSON.parse(text);
    // It is written out again for the host: short forms of numbers grow, and what is nested without end cannot be.
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > limit) return { note: `The result has ${bytes} bytes, ${limit} are taken; it was left out.` };
    return { value };
  } catch (error) {
    // The parser's own words quote the file, and people who may not see what is in there read this.
    const place = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    return { note: `The result file cannot be used as JSON${place ? ` (character ${place})` : ''}.` };
  } finally {
    await file.close();
  }
}

/** A pipe in its place must not make the shim wait for a writer, and a link must not lead it elsewhere. */
async function openResult(path: string): Promise<FileHandle | 'absent' | 'link'> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'link' : 'absent';
  }
}
