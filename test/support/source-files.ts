/** The project's own files, as paths from its root with forward slashes; what is generated or installed is left out. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const projectRoot = join(import.meta.dirname, '../..');

/** Files with these endings under the folders that exist, sorted. */
export function filesUnder(folders: readonly string[], endings: readonly string[] = ['.ts']): string[] {
  return folders
    .filter((folder) => existsSync(join(projectRoot, folder)))
    .flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => endings.some((ending) => path.endsWith(ending)) && !path.includes('node_modules'))
        .map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
    )
    .toSorted();
}
