/** `repository`: leaving prlt's reach, or going on under another name, visibility or default branch. */
import type { Loss, Reach } from '#src/core/signal.ts';

export interface RepositoryPayload {
  action: string;
  repository: { id: number };
  installation?: { id: number } | undefined;
}

const losses: Record<string, string> = {
  deleted: 'The repository was deleted.',
  archived: 'The repository was archived.',
  transferred: 'The repository was transferred to another owner.',
};

export function repository({ action, repository: { id }, installation }: RepositoryPayload): Loss[] {
  const reason = losses[action];
  return reason && installation ? [{ installation: installation.id, repos: [id], reason }] : [];
}

const moves = new Set(['renamed', 'edited', 'privatized', 'publicized', 'unarchived']);

/** Whether the repository goes on, but not as it was known. */
export function repositoryMoved({ action }: RepositoryPayload): boolean {
  return moves.has(action);
}

/** What was refused because the repository was archived may be allowed now. */
export function repositoryReturned({
  action,
  repository,
  installation,
}: RepositoryPayload): Reach | undefined {
  if (action !== 'unarchived' || !installation) return undefined;
  return { installation: installation.id, repos: [repository.id] };
}
