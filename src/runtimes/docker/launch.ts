/** Starting one run: look, check the image and make the volume; create, start. Every step may be the second try. */
import type Dockerode from 'dockerode';
import type { LaunchResult, LaunchSpec } from '../runtime.ts';
import { isSafeName } from '../safe-name.ts';
import { findContainer, removeContainer } from './container.ts';
import { type ContainerRequest, containerOptions } from './container-options.ts';
import { deadlines, EngineUnavailable, engineCall, sentenceOf, statusOf } from './engine.ts';
import type { HostPath } from './host-paths.ts';
import { checkImage, type ImageCheck } from './image.ts';
import { containerName, labels, volumeName } from './names.ts';
import { NoRunnerParts } from './runner-volume.ts';
import type { Toolchains } from './toolchains.ts';
import { createWorkspace } from './workspaces.ts';

export interface LaunchContext {
  docker: Dockerode;
  installation: string;
  hostPath: HostPath;
  engineRuntime?: string | undefined;
  toolchains: Toolchains;
  /** Called when the container is made and not started yet. */
  created: () => void;
}

/** Never rejects for what an engine or a spec can do wrong. */
export async function launch(context: LaunchContext, spec: LaunchSpec): Promise<LaunchResult> {
  if (!isSafeName(spec.run) || !isSafeName(spec.workspace)) {
    return { kind: 'refused', reason: `The engine cannot take the names ${spec.run} and ${spec.workspace}.` };
  }
  try {
    // Asked at once, for an engine takes its time over each.
    const [before, image] = await Promise.all([takeUp(context, spec), prepare(context, spec)]);
    if (before) return before;
    return image.kind === 'usable' ? await begin(context, spec, image.id) : image;
  } catch (error) {
    if (error instanceof EngineUnavailable) return { kind: 'unavailable', reason: error.message };
    if (error instanceof NoRunnerParts) return { kind: 'image_missing', reason: error.message };
    return { kind: 'refused', reason: sentenceOf(error) };
  }
}

/** What an earlier try left: alive or over stays as it is, created is started. Undefined when there is nothing. */
async function takeUp(
  { docker, installation }: LaunchContext,
  spec: LaunchSpec,
): Promise<LaunchResult | undefined> {
  const found = await findContainer(docker, installation, spec.run);
  if (found.kind === 'absent') return undefined;
  const name = containerName(installation, spec.run);
  if (found.kind === 'foreign')
    return { kind: 'refused', reason: `The container name ${name} is taken by something else.` };
  const epoch = found.info.Config.Labels[labels.epoch];
  if (epoch !== String(spec.epoch)) {
    return { kind: 'refused', reason: `The container ${name} belongs to epoch ${epoch}, not ${spec.epoch}.` };
  }
  return found.info.State.Status === 'created' ? start(found.container) : { kind: 'launched' };
}

/** The workspace is made for an image that can use it. */
async function prepare({ docker, installation }: LaunchContext, spec: LaunchSpec): Promise<ImageCheck> {
  const image = await checkImage(docker, spec.image);
  if (image.kind === 'usable') await createWorkspace(docker, installation, spec.workspace);
  return image;
}

async function begin(context: LaunchContext, spec: LaunchSpec, image: string): Promise<LaunchResult> {
  const { docker, installation, hostPath, toolchains } = context;
  const request: ContainerRequest = {
    name: containerName(installation, spec.run),
    image,
    mirror: await hostPath(spec.mirror),
    socketDir: await hostPath(spec.socketDir),
    volume: volumeName(installation, spec.workspace),
    limits: spec.limits,
    engineRuntime: context.engineRuntime,
    labels: {
      [labels.installation]: installation,
      [labels.run]: spec.run,
      [labels.epoch]: String(spec.epoch),
      [labels.key]: spec.key,
      [labels.workspace]: spec.workspace,
    },
  };
  const { own } = spec;
  if (own === undefined) return create(context, spec, request);
  // Was looked at when its name was resolved; only that it is still there is news.
  const there = await checkImage(docker, own);
  if (there.kind !== 'usable') {
    return { kind: 'image_missing', reason: `The repository's image ${own} is not on this engine any more.` };
  }
  const where = { runner: image, workspace: request.volume, run: spec.run };
  return toolchains.into(where, (runnerVolume) =>
    create(context, spec, { ...request, image: there.id, runnerVolume }),
  );
}

async function create(
  context: LaunchContext,
  spec: LaunchSpec,
  request: ContainerRequest,
): Promise<LaunchResult> {
  const { docker, created } = context;
  let container: Dockerode.Container;
  try {
    container = await engineCall('create a container', deadlines.start, (abort) =>
      docker.createContainer({ ...containerOptions(request), ...abort }),
    );
  } catch (error) {
    // A create that was given up on may have gone through after all.
    if (statusOf(error) === 409)
      return (await takeUp(context, spec)) ?? { kind: 'unavailable', reason: sentenceOf(error) };
    throw error;
  }
  created();
  return start(container);
}

async function start(container: Dockerode.Container): Promise<LaunchResult> {
  try {
    await engineCall('start a container', deadlines.start, (abort) => container.start(abort));
    return { kind: 'launched' };
  } catch (error) {
    if (statusOf(error) === 304) return { kind: 'launched' };
    if (error instanceof EngineUnavailable) throw error;
    await removeContainer(container);
    return { kind: 'refused', reason: `The engine could not start the container: ${sentenceOf(error)}` };
  }
}
