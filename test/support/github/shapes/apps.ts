/** Apps and installations as GitHub shows them. */
import type { App, Installation } from '../model.ts';
import type { World } from '../world.ts';
import { api, userShape } from './users.ts';

export const appShape = (world: World, app: App) => ({
  id: app.id,
  client_id: app.clientId,
  slug: app.slug,
  node_id: app.nodeId,
  owner: userShape(world, app.owner),
  name: app.slug,
  description: '',
  external_url: `${world.url}/apps/${app.slug}/about`,
  html_url: `${world.url}/apps/${app.slug}`,
  created_at: app.createdAt,
  updated_at: app.createdAt,
  permissions: app.permissions,
  events: [...app.events],
});

export function installationShape(world: World, installation: Installation) {
  const { account, app } = installation;
  const page = account.type === 'Organization' ? `organizations/${account.login}/settings` : 'settings';
  return {
    id: installation.id,
    node_id: installation.nodeId,
    client_id: app.clientId,
    account: userShape(world, account),
    repository_selection: installation.selection === 'all' ? 'all' : 'selected',
    access_tokens_url: `${api(world)}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${api(world)}/installation/repositories`,
    html_url: `${world.url}/${page}/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: [...app.events],
    created_at: installation.createdAt,
    updated_at: installation.updatedAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspendedBy === null ? null : userShape(world, installation.suspendedBy),
    suspended_at: installation.suspendedAt,
  };
}
