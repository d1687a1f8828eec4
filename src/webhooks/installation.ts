/** `installation` and `installation_repositories`: what prlt may no longer touch, or may again. */
import type { Loss, Reach } from '#src/core/signal.ts';

export interface InstallationPayload {
  action: string;
  installation: { id: number };
  repositories_removed?: { id?: number | undefined }[] | undefined;
}

export function installation(payload: InstallationPayload): Loss[] {
  const { id } = payload.installation;
  switch (payload.action) {
    case 'deleted':
      return [{ installation: id, reason: 'The App was uninstalled.' }];
    case 'suspend':
      return [{ installation: id, reason: 'The installation of the App was suspended.' }];
    case 'removed':
      return [
        {
          installation: id,
          repos: (payload.repositories_removed ?? [])
            .map((repo) => repo.id)
            .filter((repo) => repo !== undefined),
          reason: 'The App was removed from the repository.',
        },
      ];
    default:
      return [];
  }
}

const returns = new Set(['unsuspend', 'new_permissions_accepted', 'added']);

/** What was refused may be allowed now. */
export function installationReturned({ action, installation }: InstallationPayload): Reach | undefined {
  return returns.has(action) ? { installation: installation.id } : undefined;
}
