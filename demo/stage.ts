/** The demo's parts: a local GitHub with the sample repository, and prlt beside it; and how all of it goes away. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';
import { type Prlt, startPrlt } from '#test/support/prlt.ts';
import type { Place } from './prepare-engine.ts';

export const repo = 'acme/greeter';
export const person = 'alice';

export interface Stage {
  github: LocalGitHub;
  prlt: Prlt;
  /** Ends prlt and GitHub; no container, volume, process or file of theirs is left. */
  close(): Promise<void>;
}

export async function openGitHub(): Promise<LocalGitHub> {
  const github = await startLocalGitHub();
  await github.createRepository({ owner: 'acme', name: 'greeter', files: await sample() });
  github.grant(repo, person, 'write');
  return github;
}

/** Closes GitHub itself when prlt does not start. */
export async function openStage(github: LocalGitHub, place: Place, signal: AbortSignal): Promise<Stage> {
  const { runtime } = place;
  const prlt = await startPrlt({ github, runtime, signal }).catch(async (error: unknown) => {
    await github.close();
    throw error;
  });
  return {
    github,
    prlt,
    close: async () => {
      await prlt.close();
      await github.close();
    },
  };
}

async function sample(): Promise<Record<string, string>> {
  const directory = join(import.meta.dirname, 'sample');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = files.map(async (path) => [
    path.slice(directory.length + 1),
    await readFile(path, 'utf8'),
  ]);
  return Object.fromEntries(await Promise.all(contents));
}
