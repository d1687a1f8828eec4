/** Labels as GitHub shows them. */
import type { Label, Repo } from '../model.ts';
import type { World } from '../world.ts';
import { repoUrl } from './repositories.ts';

export const labelShape = (world: World, repo: Repo, label: Label) => ({
  id: label.id,
  node_id: label.nodeId,
  url: `${repoUrl(world, repo)}/labels/${encodeURIComponent(label.name)}`,
  name: label.name,
  color: label.color,
  default: ['bug', 'documentation', 'enhancement', 'good first issue'].includes(label.name),
  description: label.description,
});
