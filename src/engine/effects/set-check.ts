/** Sets the check run `prlt` on the commit that was published. */
import { setCheck } from '../../github/checks.ts';
import { checkRun } from '../../messages/check-run.ts';
import type { Executor } from '../executor.ts';
import { checkView } from '../pull-view.ts';

export const setCheckRun: Executor<'set-check'> = async (context, { effect, item }) => {
  const { change, run } = item;
  if (change?.head !== effect.sha || !run)
    return { kind: 'dropped', reason: 'the commit is not the change any more' };
  const octokit = await context.authenticate(item.repo.installation);
  const { title, summary } = checkRun(checkView(context, item, change, run));
  await setCheck(octokit, item.repo, {
    name: 'prlt',
    sha: effect.sha,
    externalId: item.id,
    conclusion: 'success',
    title: context.secrets.redact(title),
    summary: context.secrets.redact(summary),
  });
  return { kind: 'done' };
};
