/** Who may steer: the live permission of a person in a repository. */
import type { Person, Repo } from '#src/core/item.ts';
import type { Octokit } from './client.ts';
import { statusOf } from './failures.ts';

/**
 * Whether the person has write permission or more right now. Asked by login and compared by id, since a login can pass
 * to somebody else; GitHub folds maintain into write and triage into read (docs: repository permissions for a user).
 */
export async function mayWrite(
  octokit: Octokit,
  repo: Repo,
  person: Pick<Person, 'login'> & Partial<Person>,
): Promise<boolean> {
  try {
    const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({
      owner: repo.owner,
      repo: repo.name,
      username: person.login,
    });
    if (person.id !== undefined && data.user?.id !== person.id) return false;
    return data.user !== null && (data.permission === 'write' || data.permission === 'admin');
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}
