/** Lays out a bare repository by hand: no template, no hooks, no setting but ours. */
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `shared`: readable for every user, whatever the umask. `alternates`: objects folder of the repository to borrow from. */
export interface Layout {
  shared: boolean;
  alternates?: string;
}

const FOLDERS = ['', 'objects', 'objects/info', 'objects/pack', 'refs', 'refs/heads', 'refs/tags'];

/** Makes `path` an empty bare repository, or gives an existing one back its frame: objects stay, refs stay. */
export async function layBareRepository(path: string, layout: Layout): Promise<void> {
  const [folderMode, fileMode] = layout.shared ? [0o755, 0o644] : [0o700, 0o600];
  const put = async (name: string, text: string) => {
    await writeFile(join(path, name), text);
    await chmod(join(path, name), fileMode);
  };
  for (const folder of FOLDERS) {
    await mkdir(join(path, folder), { recursive: true });
    await chmod(join(path, folder), folderMode);
  }
  const sharing = layout.shared ? '\tsharedRepository = 0644\n' : '';
  await put('config', `[core]\n\trepositoryFormatVersion = 0\n\tbare = true\n${sharing}`);
  if (layout.alternates) await put('objects/info/alternates', `${layout.alternates}\n`);
  await put('HEAD', 'ref: refs/heads/main\n');
}

/** Whether the frame stands: what it holds is git's to judge. */
export async function isBareRepository(path: string): Promise<boolean> {
  try {
    const [head, config, ...folders] = await Promise.all([
      readFile(join(path, 'HEAD'), 'utf8'),
      readFile(join(path, 'config'), 'utf8'),
      ...FOLDERS.slice(0, 5).map((folder) => stat(join(path, folder))),
    ]);
    return (
      /^ref: refs\//.test(head) &&
      /bare = true/.test(config) &&
      folders.every((folder) => folder.isDirectory())
    );
  } catch {
    return false;
  }
}

/** Takes away what a killed git leaves: lock files and half-written packs. Only while no git works in `path`. */
export async function clearDebris(path: string): Promise<void> {
  const files = await readdir(path, { recursive: true, withFileTypes: true });
  const debris = files.filter((file) => file.isFile() && /\.lock$|^tmp_(pack|idx|obj|rev)_/.test(file.name));
  for (const file of debris) await rm(join(file.parentPath, file.name), { force: true });
}

/** Takes away all refs, and an alternates file if there is one: the next fetch brings the refs back. */
export async function dropRefs(path: string): Promise<void> {
  for (const name of ['refs', 'packed-refs', 'objects/info/alternates']) {
    await rm(join(path, name), { recursive: true, force: true });
  }
}

export async function countPacks(path: string): Promise<number> {
  const files = await readdir(join(path, 'objects/pack'));
  return files.filter((name) => name.endsWith('.pack')).length;
}
