/** Starting a run's container, also before it is known what the run is to do: its shim then waits for its assignment. */
import type { Item, Run } from '../core/item.ts';
import { type Policy, toolchain } from '../core/policy.ts';
import type { LaunchResult, LaunchSpec } from '../runtimes/runtime.ts';
import { launchingRuns } from '../store/effects.ts';
import type { Executor } from '../store/open.ts';
import { type RunRow, runById } from '../store/runs.ts';
import type { Context } from './context.ts';

/** Size of the container's /tmp, bytes; the engine's default is half of the machine's memory. */
const tmpSize = 512 * 2 ** 20;

/** Starts the container of a run that has its assignment; one that is there is left as it is. */
export function startAssigned(context: Context, item: Item, row: RunRow): Promise<LaunchResult> {
  const { image, own, limits } = row.spec;
  return start(context, item, { ...row, run: row.id, image, limits, ...(own ? { own: own.id } : {}) });
}

export interface EarlyStart {
  /** Whether the container is there; why not is for the next try to say. */
  started(): Promise<boolean>;
  /** It is not needed, at least not now. */
  discard(): Promise<void>;
}

/**
 * Starts the container while GitHub is asked what there is to work on: an engine takes as long for the one as GitHub for the
 * other. Undefined when what it is made from is not known yet.
 */
export async function startEarly(
  context: Context,
  item: Item,
  run: Run,
  policy: Policy,
): Promise<EarlyStart | undefined> {
  const image = context.runners.get(run.runner)?.image;
  const profile = policy.profiles[run.profile];
  if (!image || !profile || !item.request) return undefined;
  if (toolchain(policy, profile, item.request.snapshot).image !== undefined) return undefined;
  if (!(await context.mirrors.ids()).includes(String(item.repo.id))) return undefined;
  const { id, epoch, workspace } = run;
  const starting = start(context, item, { run: id, epoch, workspace, image, limits: policy.limits });
  const started = starting.then(
    ({ kind }) => kind === 'launched',
    () => false,
  );
  return {
    started: () => started,
    discard: async () => {
      await started;
      // What could not be removed now goes with the next try, or with the claim.
      await removeEarly(context, id).catch((err: unknown) =>
        context.log.warn({ run: id, err }, 'a container that is not needed could not be removed'),
      );
    },
  };
}

/**
 * Whether what has no record yet is to get one, or has got it since. Asked in this order: a launch is recorded before it is
 * over, so one that ends in between is found all the same.
 */
export async function isComing(db: Executor, run: string): Promise<boolean> {
  return (await launchingRuns(db)).has(run) || (await runById(db, run)) !== undefined;
}

/** A container whose run has no assignment has nothing in it but a shim that waits. */
export async function removeEarly({ runtime }: Context, run: string): Promise<void> {
  await runtime.stop(run);
  await runtime.remove(run);
}

async function start(
  context: Context,
  item: Item,
  made: Omit<LaunchSpec, 'key' | 'mirror' | 'socketDir' | 'limits'> & {
    limits: Omit<LaunchSpec['limits'], 'tmp'>;
  },
): Promise<LaunchResult> {
  const { run, epoch, workspace, image, own, limits } = made;
  const { dir } = await context.gateway.open(run);
  return context.runtime.launch({
    run,
    epoch,
    key: item.key,
    image,
    ...(own ? { own } : {}),
    mirror: context.mirrors.path(item.repo.id),
    socketDir: dir,
    workspace,
    limits: { memory: limits.memory, cpus: limits.cpus, pids: limits.pids, tmp: tmpSize },
  });
}
