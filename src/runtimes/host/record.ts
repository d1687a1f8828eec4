/** What the host runtime writes down about a run, so that a later life of the service finds it again. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const record = z.strictObject({
  run: z.string(),
  epoch: z.int(),
  /** Written before the process is started; absent if the service died between. */
  process: z.strictObject({ pid: z.int().positive(), startTime: z.string() }).optional(),
  exit: z.strictObject({ code: z.int() }).optional(),
});

export type RunRecord = z.infer<typeof record>;

export interface Records {
  read(run: string): Promise<RunRecord | undefined>;
  write(record: RunRecord): Promise<void>;
  all(): Promise<RunRecord[]>;
  remove(run: string): Promise<void>;
  /** The run's own directory, for its log. */
  directory(run: string): string;
}

/** Records under `root`, one directory per run; a half-written one is never seen. */
export function createRecords(root: string): Records {
  const directory = (run: string): string => join(root, run);
  const read = async (run: string): Promise<RunRecord | undefined> => {
    try {
      return record.parse(JSON.parse(await readFile(join(directory(run), 'record.json'), 'utf8')));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  };
  return {
    read,
    write: async (row) => {
      await mkdir(directory(row.run), { recursive: true, mode: 0o700 });
      const path = join(directory(row.run), 'record.json');
      await writeFile(`${path}.new`, JSON.stringify(row));
      await rename(`${path}.new`, path);
    },
    all: async () => {
      const names = await readdir(root).catch(() => []);
      return (await Promise.all(names.map(read))).filter((row) => row !== undefined);
    },
    remove: (run) => rm(directory(run), { recursive: true, force: true }),
    directory,
  };
}
