/** Reading a repository: itself, its configuration file, an issue with its family. */
import type { Repo, Snapshot } from '#src/core/item.ts';
import type { Octokit } from './client.ts';
import { statusOf } from './failures.ts';

export interface IssueNow {
  open: boolean;
  labels: string[];
  nodeId: string;
  locked: boolean;
}

/** Where a repository is now; follows renames, undefined when it is gone or out of reach. */
export async function findRepo(
  octokit: Octokit,
  repo: Repo,
): Promise<(Repo & { archived: boolean }) | undefined> {
  try {
    const { data } = await octokit.request('GET /repositories/{id}', { id: repo.id });
    return {
      ...repo,
      owner: data.owner.login,
      name: data.name,
      private: data.private,
      defaultBranch: data.default_branch,
      archived: data.archived,
    };
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 410 || status === 451) return undefined;
    throw error;
  }
}

/** What a branch is called now, for GitHub leads from the old name of a renamed one to the new; undefined when it is gone. */
export async function branchNow(octokit: Octokit, repo: Repo, branch: string): Promise<string | undefined> {
  try {
    const { data } = await octokit.rest.repos.getBranch({ owner: repo.owner, repo: repo.name, branch });
    return data.name;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export type ConfigFile =
  | { kind: 'absent' }
  | { kind: 'found'; text: string; sha: string }
  | { kind: 'unreadable' | 'no_file'; reason: string };

/** `.github/prlt.yml` of the default branch, else of the owner's `.github` repository. */
export async function readConfigFile(octokit: Octokit, repo: Repo): Promise<ConfigFile> {
  const own = await readFile(octokit, repo.owner, repo.name);
  if (own.kind !== 'absent' || repo.name === '.github') return own;
  return readFile(octokit, repo.owner, '.github');
}

async function readFile(octokit: Octokit, owner: string, repo: string): Promise<ConfigFile> {
  try {
    const { data } = await octokit.rest.repos.getContent({ owner, repo, path: '.github/prlt.yml' });
    if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) {
      return { kind: 'no_file', reason: '.github/prlt.yml is not a file.' };
    }
    return { kind: 'found', text: Buffer.from(data.content, 'base64').toString('utf8'), sha: data.sha };
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return { kind: 'absent' };
    if (status === 403)
      return {
        kind: 'unreadable',
        reason: '.github/prlt.yml may not be read: the App lacks the permission contents: read.',
      };
    throw error;
  }
}

/** The issue as it is now; undefined when it was deleted or transferred away. */
export async function readIssue(octokit: Octokit, repo: Repo, number: number): Promise<IssueNow | undefined> {
  try {
    const { data } = await octokit.rest.issues.get({
      owner: repo.owner,
      repo: repo.name,
      issue_number: number,
    });
    return {
      open: data.state === 'open',
      labels: data.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
      nodeId: data.node_id,
      locked: data.locked,
    };
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 410) return undefined;
    throw error;
  }
}

/** Sub-issues and parent, for the prompt; servers that do not know them count as having none. */
export async function readFamily(
  octokit: Octokit,
  repo: Repo,
  number: number,
): Promise<Pick<Snapshot, 'subIssues' | 'parent'>> {
  const where = { owner: repo.owner, repo: repo.name, issue_number: number };
  const [children, parent] = await Promise.all([
    orNone(
      octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues', {
        ...where,
        per_page: 100,
      }),
    ),
    orNone(octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}/parent', where)),
  ]);
  const keyOf = (url: string, n: number) => {
    const [, owner, name] = /\/([^/]+)\/([^/]+)\/issues\/\d+$/.exec(url) ?? [];
    return owner === repo.owner && name === repo.name ? `#${n}` : `${owner}/${name}#${n}`;
  };
  return {
    subIssues: (children?.data ?? []).map((child) => ({
      key: keyOf(child.html_url, child.number),
      title: child.title,
      done: child.state === 'closed',
    })),
    ...(parent
      ? {
          parent: {
            key: keyOf(parent.data.html_url, parent.data.number),
            title: parent.data.title,
            body: parent.data.body ?? null,
          },
        }
      : {}),
  };
}

async function orNone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if ([403, 404, 410].includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}
