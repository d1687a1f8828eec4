/** Repositories as GitHub shows them: in full, and the few lines that installation events carry. */
import type { Repo } from '../model.ts';
import { fullName, type World } from '../world.ts';
import { api, userShape } from './users.ts';

const LINKS: Readonly<Record<string, string>> = {
  forks_url: '/forks',
  keys_url: '/keys{/key_id}',
  collaborators_url: '/collaborators{/collaborator}',
  teams_url: '/teams',
  hooks_url: '/hooks',
  issue_events_url: '/issues/events{/number}',
  events_url: '/events',
  assignees_url: '/assignees{/user}',
  branches_url: '/branches{/branch}',
  tags_url: '/tags',
  blobs_url: '/git/blobs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  git_refs_url: '/git/refs{/sha}',
  trees_url: '/git/trees{/sha}',
  statuses_url: '/statuses/{sha}',
  languages_url: '/languages',
  stargazers_url: '/stargazers',
  contributors_url: '/contributors',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  commits_url: '/commits{/sha}',
  git_commits_url: '/git/commits{/sha}',
  comments_url: '/comments{/number}',
  issue_comment_url: '/issues/comments{/number}',
  contents_url: '/contents/{+path}',
  compare_url: '/compare/{base}...{head}',
  merges_url: '/merges',
  archive_url: '/{archive_format}{/ref}',
  downloads_url: '/downloads',
  issues_url: '/issues{/number}',
  pulls_url: '/pulls{/number}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  labels_url: '/labels{/name}',
  releases_url: '/releases{/id}',
  deployments_url: '/deployments',
};

export const repoUrl = (world: World, repo: Repo): string => `${api(world)}/repos/${fullName(repo)}`;
export const repoHtml = (world: World, repo: Repo): string => `${world.url}/${fullName(repo)}`;

export const shortRepositoryShape = (repo: Repo) => ({
  id: repo.id,
  node_id: repo.nodeId,
  name: repo.name,
  full_name: fullName(repo),
  private: repo.private,
});

export function repositoryShape(world: World, repo: Repo) {
  const url = repoUrl(world, repo);
  const html = repoHtml(world, repo);
  const open = [...repo.issues.values()].filter((issue) => issue.state === 'open' && !issue.deleted).length;
  return {
    ...shortRepositoryShape(repo),
    owner: userShape(world, repo.owner),
    html_url: html,
    description: repo.description,
    fork: false,
    url,
    ...Object.fromEntries(Object.entries(LINKS).map(([key, suffix]) => [key, `${url}${suffix}`])),
    created_at: repo.createdAt,
    updated_at: repo.updatedAt,
    pushed_at: repo.pushedAt,
    git_url: `${html.replace(/^http/, 'git')}.git`,
    ssh_url: `git@${new URL(world.url).hostname}:${fullName(repo)}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repo.archived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repo.private ? 'private' : 'public',
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repo.defaultBranch,
    custom_properties: {},
  };
}

/** What `GET /repos/{owner}/{repo}` adds. */
export function fullRepositoryShape(world: World, repo: Repo) {
  const organization =
    repo.owner.type === 'Organization' ? { organization: userShape(world, repo.owner) } : {};
  return {
    ...repositoryShape(world, repo),
    ...organization,
    permissions: { admin: false, maintain: false, push: true, triage: true, pull: true },
    temp_clone_token: null,
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    network_count: 0,
    subscribers_count: 0,
  };
}
