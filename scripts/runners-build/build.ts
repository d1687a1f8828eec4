/**
 * Builds the images of runners through the Docker API; the same content is built once. Each is a chain of three: what
 * all have in common, the runner's own layers, the shim. So an edit of the shim does not fetch a CLI again.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { baseSources, hashOf, imageName, ownSources, sdkVersion } from '#runners/image-name.ts';
import type { RunnerManifest } from '#runners/manifest.ts';
import { runners } from '#runners/registry.ts';
import { contentHash } from './content-hash.ts';
import { type Stage, stageBase, stageOwn, stageShim } from './stage.ts';

export interface BuildOptions {
  docker?: Docker;
  /** Image to build on; see `chooseBase` for the default. */
  base?: string | undefined;
  /** Names of the runners to build; all when left out. */
  only?: string[] | undefined;
  /** Gets one line per step. */
  tell?: (line: string) => void;
}

export interface BuiltRunner {
  runner: string;
  /** As `imageName` says. */
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
  for (const runner of chosenRunners(options.only)) built.push(await buildRunner(docker, runner, base, tell));
  return built;
}

function chosenRunners(only: string[] | undefined): readonly RunnerManifest[] {
  if (!only) return runners;
  return only.map((name) => {
    const runner = runners.find((one) => one.name === name);
    if (runner) return runner;
    throw new BuildFailed(
      `There is no runner "${name}"; there are ${runners.map((one) => one.name).join(', ')}.`,
    );
  });
}

/** On an image's label, since its name does not say it. */
const baseLabel = 'dev.prlt.base';

async function buildRunner(
  docker: Docker,
  runner: RunnerManifest,
  base: string,
  tell: (line: string) => void,
): Promise<BuiltRunner> {
  const image = imageName(runner);
  const baseId = (await imageId(docker, base)) ?? base;
  if ((await labelOf(docker, image, baseLabel)) === baseId) {
    tell(`${image}: is there`);
    return { runner: runner.name, image, built: false };
  }
  const common = `prlt-runner-base:${hashOf(baseSources(), baseId, sdkVersion())}`;
  const own = `${runner.image}-own:${hashOf([...baseSources(), ...ownSources(runner.name)], baseId, sdkVersion())}`;
  const layers: [name: string, on: string, lay: () => Stage | Promise<Stage>][] = [
    [common, base, () => stageBase(root)],
    [own, common, () => stageOwn(root, runner.name)],
    [image, own, () => stageShim(root)],
  ];
  for (const [name, on, lay] of layers) {
    if (name !== image && (await imageId(docker, name)) !== undefined) continue;
    tell(`${name}: building on ${on}`);
    const stage = await laid(name, lay);
    try {
      await build(docker, stage.directory, name, on, name === image ? { [baseLabel]: baseId } : {});
    } finally {
      stage.remove();
    }
  }
  tell(`${image}: built`);
  return { runner: runner.name, image, built: true };
}

async function laid(name: string, lay: () => Stage | Promise<Stage>): Promise<Stage> {
  try {
    return await lay();
  } catch (error) {
    throw new BuildFailed(`${name}: its packages could not be had: ${sentence(error).trim().slice(-1500)}`);
  }
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

async function build(
  docker: Docker,
  directory: string,
  image: string,
  base: string,
  labels: Record<string, string> = {},
): Promise<void> {
  // Only a base from elsewhere may lack what has to be fetched; nothing else is to come from outside.
  const networkmode = base === localBase || base.startsWith('prlt-runner-') ? 'none' : 'default';
  const context = { context: directory, src: readdirSync(directory) };
  const said: string[] = [];
  try {
    const stream = await docker.buildImage(context, {
      t: image,
      buildargs: { BASE: base },
      labels,
      networkmode,
      forcerm: true,
    });
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

async function labelOf(docker: Docker, name: string, label: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(name).inspect()).Config.Labels?.[label];
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
