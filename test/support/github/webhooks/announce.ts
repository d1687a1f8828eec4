/** Turns what happened into one payload per app that may hear of it. */
import { covers, reaches } from '../access.ts';
import type { Installation } from '../model.ts';
import { installationShape } from '../shapes/apps.ts';
import { repositoryShape } from '../shapes/repositories.ts';
import { organizationShape, userShape } from '../shapes/users.ts';
import type { Announcement, World } from '../world.ts';
import type { Webhooks } from './deliveries.ts';

/** Events every app gets whether it asked or not. */
const UNASKED = new Set(['installation', 'installation_repositories', 'github_app_authorization']);

/** The permission an app needs to receive an event. */
const PERMISSION: Readonly<Record<string, string>> = {
  issues: 'issues',
  issue_comment: 'issues',
  pull_request: 'pull_requests',
  pull_request_review: 'pull_requests',
  pull_request_review_comment: 'pull_requests',
  check_run: 'checks',
  check_suite: 'checks',
  push: 'contents',
  create: 'contents',
  delete: 'contents',
  repository: 'metadata',
};

export function announceTo(world: World, webhooks: Webhooks, what: Announcement): void {
  for (const installation of world.installations) {
    // Only the app under test has a webhook; the others exist to own checks.
    if (installation.app !== world.apps[0] || !hears(installation, what)) continue;
    webhooks.send({
      event: what.event,
      action: what.action,
      installationId: installation.id,
      repositoryId: what.repo?.id ?? null,
      payload: JSON.stringify(payloadFor(world, installation, what)),
    });
  }
}

function hears(installation: Installation, what: Announcement): boolean {
  const { app } = installation;
  if (what.installation !== undefined) return what.installation === installation;
  if (what.repo === null || !reaches(installation, what.repo) || installation.suspendedAt !== null)
    return false;
  if (what.onlyFor !== undefined) return what.onlyFor === app;
  if (UNASKED.has(what.event)) return true;
  const permission = PERMISSION[what.event] ?? 'metadata';
  const held = { metadata: 'read' as const, ...installation.permissions };
  // A comment on a pull request also reaches apps that only hold pull requests.
  const also = what.event === 'issue_comment' && covers(held, 'pull_requests', 'read');
  return app.events.includes(what.event) && (also || covers(held, permission, 'read'));
}

function payloadFor(world: World, installation: Installation, what: Announcement) {
  const owner = what.repo?.owner;
  return {
    ...(what.action === null ? {} : { action: what.action }),
    ...what.body,
    ...(what.repo === null ? {} : { repository: repositoryPart(world, what) }),
    ...(owner?.type === 'Organization' ? { organization: organizationShape(world, owner) } : {}),
    sender: userShape(world, what.sender),
    installation:
      what.installation === undefined
        ? { id: installation.id, node_id: installation.nodeId }
        : installationShape(world, installation),
  };
}

/** Push payloads show the repository the old way: times as seconds, and two more keys. */
function repositoryPart(world: World, what: Announcement) {
  if (what.repo === null) return null;
  const shape = repositoryShape(world, what.repo);
  if (what.event !== 'push') return shape;
  const seconds = (at: string) => Math.floor(Date.parse(at) / 1000);
  return {
    ...shape,
    created_at: seconds(what.repo.createdAt),
    pushed_at: seconds(what.repo.pushedAt),
    owner: { name: what.repo.owner.login, email: null, ...shape.owner },
    ...(what.repo.owner.type === 'Organization' ? { organization: what.repo.owner.login } : {}),
    stargazers: 0,
    master_branch: what.repo.defaultBranch,
  };
}
