/** How an author stands to a repository, by GitHub's words. */
import type { Repo, User } from '../model.ts';

/** A bot is NONE whatever its installation may do. */
export function association(
  repo: Repo,
  user: User,
): 'OWNER' | 'MEMBER' | 'COLLABORATOR' | 'CONTRIBUTOR' | 'NONE' {
  if (user.type === 'Bot') return 'NONE';
  if (user.id === repo.owner.id) return 'OWNER';
  if (!repo.roles.has(user.id)) return 'NONE';
  return repo.owner.type === 'Organization' ? 'MEMBER' : 'COLLABORATOR';
}
