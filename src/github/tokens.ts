/** Tokens for git, minted for one repository and one purpose, never kept. */
import type { Repo } from '#src/core/item.ts';
import type { Octokit } from './client.ts';

/**
 * @param app a client that speaks as the App: the installation's own `auth()` ignores Enterprise hosts (Probot 14.3.2)
 * @param purpose `push` may also carry `workflows: write`, where the operator allows changes there
 */
export async function mintGitToken(
  app: Octokit,
  repo: Repo,
  purpose: 'read' | 'push' | 'push-workflows',
): Promise<string> {
  const permissions =
    purpose === 'read'
      ? ({ contents: 'read' } as const)
      : ({
          contents: 'write',
          ...(purpose === 'push-workflows' ? { workflows: 'write' as const } : {}),
        } as const);
  const { data } = await app.rest.apps.createInstallationAccessToken({
    installation_id: repo.installation,
    repository_ids: [repo.id],
    permissions,
  });
  return data.token;
}
