/** Keeps the work of a run that is not published: as a ref that people can fetch, else as a file of the service. */
import { access, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from '../../core/item.ts';
import { githubFailure } from '../../github/failures.ts';
import { mintGitToken } from '../../github/tokens.ts';
import { keptAsFile, keptAsRef } from '../../messages/kept-work.ts';
import type { Context } from '../context.ts';
import type { Executor, Job } from '../executor.ts';
import { storedPolicy } from '../policies.ts';
import { gitUrl } from '../repository-url.ts';
import { keptDays } from '../retention.ts';
import { bounds } from './publish.ts';

type KeepWork = Job<'keep-work'>['effect'];

export const keepWork: Executor<'keep-work'> = async (context, { effect, item }) => {
  const bundle = context.handover.bundle(effect.run);
  if (!(await exists(bundle))) return { kind: 'dropped', reason: 'the run handed nothing over' };
  const pushed = await push(context, item, effect);
  if (pushed === 'later')
    return { kind: 'later', after: 10_000, reason: 'GitHub does not take the work now' };
  const note = pushed
    ? keptAsRef(gitUrl(context.settings, item.repo), effect.work.ref, keptDays(context.settings))
    : keptAsFile(
        item.key,
        await asFile(context, effect.run, bundle),
        effect.work.branch,
        keptDays(context.settings),
      );
  return {
    kind: 'done',
    events: [{ type: 'work_kept', run: effect.run, note }],
    afterwards: () => context.handover.discard(effect.run),
  };
};

/** False when the gates or GitHub refuse it. */
async function push(context: Context, item: Item, { run, work }: KeepWork): Promise<boolean | 'later'> {
  const { settings, handover, mirrors } = context;
  const { protect } = await storedPolicy(context, context.db, item.repo.id);
  const judged = await handover.inspect({
    run,
    mirror: mirrors.path(item.repo.id),
    start: work.start,
    base: work.base,
    head: work.head,
    rules: { ...bounds, protect, allowWorkflows: settings.allowWorkflows, secrets: context.secrets.scan() },
  });
  if (judged.kind === 'refused') return false;
  const token = await pushToken(context, item);
  if (token === undefined) return false;
  const url = gitUrl(settings, item.repo);
  const target = { repo: judged.repo, url, token, branch: work.ref, head: judged.head, expectedOld: null };
  const answer = await handover.push(target);
  if (answer.kind === 'unavailable') return 'later';
  return answer.kind === 'pushed' || answer.kind === 'already';
}

/** Undefined when the App may not push: the work is kept here then. */
async function pushToken(context: Context, item: Item): Promise<string | undefined> {
  try {
    return await mintGitToken(await context.authenticate(), item.repo, 'push');
  } catch (error) {
    const failure = githubFailure(error);
    if (!failure || failure.kind === 'later') throw error;
    return undefined;
  }
}

async function asFile({ settings }: Context, run: string, bundle: string): Promise<string> {
  const dir = join(settings.dataDir, 'kept');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, `${run}.bundle`);
  await copyFile(bundle, path);
  return path;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
