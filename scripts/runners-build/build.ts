/** Builds the images of all runners through the Docker API; the same content is built once. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { runners } from '#runners/registry.ts';
import { contentHash } from './content-hash.ts';
import { stageRunner } from './stage.ts';

export interface BuildOptions {
  docker?: Docker;
  /** Image to build on; see `chooseBase` for the default. */
  base?: string | undefined;
  /** Gets one line per step. */
  tell?: (line: string) => void;
}

export interface BuiltRunner {
  runner: string;
  /** `prlt-runner-<name>:<content hash>`. */
  image: string;
  built: boolean;
}

/** What stopped a build, as a sentence with what to do. */
export class BuildFailed extends Error {
  override name = 'BuildFailed';
}

export const localBase = 'prlt-base:local';
export const publicBase = 'docker.io/library/node:24-bookworm-slim';

const root = join(import.meta.dirname, '..', '..');

/** Rejects with `BuildFailed`. */
export async function buildRunners(options: BuildOptions = {}): Promise<BuiltRunner[]> {
  const docker = options.docker ?? new Docker();
  const tell = options.tell ?? (() => {});
  await requireEngine(docker);
  const base = await chooseBase(docker, options.base);
  const built: BuiltRunner[] = [];
  for (const runner of runners) {
    const stage = await stageRunner(root, runner.name);
    try {
      const made = await buildStaged(docker, stage.directory, runner.image, base, tell);
      built.push({ runner: runner.name, ...made });
    } finally {
      stage.remove();
    }
  }
  return built;
}

/** What was asked for, else `PRLT_RUNNER_BASE`, else the base that `.ci/machine` made, else Node's public image. */
export async function chooseBase(docker: Docker, asked: string | undefined): Promise<string> {
  const named = asked ?? process.env['PRLT_RUNNER_BASE'];
  if (named) return named;
  return (await imageId(docker, localBase)) === undefined ? publicBase : localBase;
}

export async function requireEngine(docker: Docker): Promise<void> {
  try {
    await docker.ping();
  } catch (error) {
    throw new BuildFailed(
      `No Docker engine answers (${sentence(error)}). Start one, point DOCKER_HOST at one, or run .ci/machine as root.`,
    );
  }
}

/** Builds `directory` as `<name>:<content hash>` unless that is there, and names it `<name>:latest`. */
export async function buildStaged(
  docker: Docker,
  directory: string,
  name: string,
  base: string,
  tell: (line: string) => void,
): Promise<{ image: string; built: boolean }> {
  const image = `${name}:${contentHash(directory, (await imageId(docker, base)) ?? base)}`;
  const exists = (await imageId(docker, image)) !== undefined;
  if (!exists) {
    tell(`${image}: building on ${base}`);
    await build(docker, directory, image, base);
  }
  await docker.getImage(image).tag({ repo: name, tag: 'latest' });
  tell(`${image}: ${exists ? 'is there' : 'built'}`);
  return { image, built: !exists };
}

async function build(docker: Docker, directory: string, image: string, base: string): Promise<void> {
  const context = { context: directory, src: readdirSync(directory) };
  const said: string[] = [];
  try {
    const stream = await docker.buildImage(context, { t: image, buildargs: { BASE: base }, forcerm: true });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(
        stream,
        (error) => (error ? reject(error) : resolve()),
        (event: { stream?: string; error?: string }) => {
          if (event.error) reject(new Error(event.error));
          said.push(event.stream ?? '');
        },
      );
    });
  } catch (error) {
    throw new BuildFailed(
      [
        `${image} could not be built on ${base}: ${sentence(error)}`,
        ...said.join('').trim().split('\n').slice(-15),
        `If ${base} cannot be pulled here, name another with --base; .ci/machine makes ${localBase}.`,
      ].join('\n'),
    );
  }
}

async function imageId(docker: Docker, name: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(name).inspect()).Id;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
