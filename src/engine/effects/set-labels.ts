/** Makes prlt's labels on the issue what the item's facts say now, and takes off a request that was taken up. */
import { agentLabelFor, agentLabels } from '../../core/labels.ts';
import { statusOf } from '../../core/status.ts';
import type { Executor } from '../executor.ts';
import { storedPolicy } from '../policies.ts';

export const setLabels: Executor<'set-labels'> = async (context, { item }) => {
  const policy = await storedPolicy(context, context.db, item.repo.id);
  const status = statusOf(item);
  const wanted = agentLabelFor(item, status);
  const consumed = status !== 'ready' && status !== 'new' ? [policy.label] : [];
  await context.board.setLabels(item, wanted ? [wanted] : [], [...Object.values(agentLabels), ...consumed]);
  return { kind: 'done' };
};
