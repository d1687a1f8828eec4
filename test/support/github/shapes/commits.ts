/** Commits and changed files as GitHub shows them. */
import type { FileChange } from '../git/diff.ts';
import type { Commit } from '../git/history.ts';
import type { Repo } from '../model.ts';
import { userByEmail } from '../state/users.ts';
import type { World } from '../world.ts';
import { repoHtml, repoUrl } from './repositories.ts';
import { userShape } from './users.ts';

export function commitShape(world: World, repo: Repo, commit: Commit) {
  const url = repoUrl(world, repo);
  const account = (email: string) => {
    const user = userByEmail(world, email);
    return user === null ? null : userShape(world, user);
  };
  return {
    sha: commit.sha,
    node_id: Buffer.from(`C:${repo.id}:${commit.sha}`).toString('base64url'),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: {
        verified: false,
        reason: 'unsigned',
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${repoHtml(world, repo)}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: account(commit.author.email),
    committer: account(commit.committer.email),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${repoHtml(world, repo)}/commit/${sha}`,
    })),
  };
}

export function fileShape(world: World, repo: Repo, file: FileChange, head: string) {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const html = repoHtml(world, repo);
  return {
    sha: file.blob,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${head}/${path}`,
    raw_url: `${html}/raw/${head}/${path}`,
    contents_url: `${repoUrl(world, repo)}/contents/${path}?ref=${head}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}
