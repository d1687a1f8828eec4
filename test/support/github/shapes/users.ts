/** Accounts as GitHub shows them. */
import type { User } from '../model.ts';
import type { World } from '../world.ts';

export const api = (world: World): string => `${world.url}/api/v3`;

export function userShape(world: World, user: User) {
  const url = `${api(world)}/users/${encodeURIComponent(user.login)}`;
  const html =
    user.type === 'Bot'
      ? `${world.url}/apps/${user.login.replace(/\[bot\]$/, '')}`
      : `${world.url}/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: user.nodeId,
    avatar_url: `${world.url}/avatars/u/${user.id}`,
    gravatar_id: '',
    url,
    html_url: html,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** The page of one account. */
export function publicUserShape(world: World, user: User) {
  return {
    ...userShape(world, user),
    name: user.login,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: user.createdAt,
    updated_at: user.createdAt,
  };
}

/** The short form that webhooks carry for an organisation. */
export function organizationShape(world: World, user: User) {
  const url = `${api(world)}/orgs/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: user.nodeId,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/u/${user.id}`,
    description: '',
  };
}
