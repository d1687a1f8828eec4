/** What has become of an installation of the App. */
import type { Octokit } from './client.ts';
import { githubFailure } from './failures.ts';

export type InstallationState = 'active' | 'suspended' | 'gone';

/** Rejects when GitHub does not say. @param app a client that speaks as the App */
export async function stateOfInstallation(app: Octokit, installation: number): Promise<InstallationState> {
  try {
    const { data } = await app.rest.apps.getInstallation({ installation_id: installation });
    return data.suspended_at ? 'suspended' : 'active';
  } catch (error) {
    if (githubFailure(error)?.kind === 'gone') return 'gone';
    throw error;
  }
}
