/** An app's installations: where it is, what it may do there, and the tokens it gets. */
import { createHmac, randomBytes } from 'node:crypto';
import { covers, reaches } from '../access.ts';
import { notFound, Refusal } from '../failure.ts';
import type { App, Caller, Installation, Permissions, Repo, Token, User } from '../model.ts';
import { installationShape } from '../shapes/apps.ts';
import { shortRepositoryShape } from '../shapes/repositories.ts';
import { actor, now, type World } from '../world.ts';

const TOKEN_LIFETIME_MS = 60 * 60 * 1000;
const MAX_LISTED_REPOSITORIES = 500;

export const installationOn = (world: World, app: App, account: User): Installation | undefined =>
  world.installations.find((each) => each.app === app && each.account === account);

export function install(
  world: World,
  caller: Caller,
  app: App,
  account: User,
  selection: 'all' | readonly Repo[] = 'all',
): Installation {
  const at = now(world);
  const installation: Installation = {
    id: world.ids.next(),
    nodeId: world.ids.node('MDI'),
    app,
    account,
    permissions: { ...app.permissions },
    selection: selection === 'all' ? 'all' : new Set(selection.map((repo) => repo.id)),
    suspendedAt: null,
    suspendedBy: null,
    createdAt: at,
    updatedAt: at,
  };
  world.installations.push(installation);
  announce(world, caller, installation, 'created', { requester: null });
  return installation;
}

export const repositoriesOf = (world: World, installation: Installation): Repo[] =>
  [...world.repos.values()].filter((repo) => reaches(installation, repo));

export function uninstall(world: World, caller: Caller, installation: Installation): void {
  announce(world, caller, installation, 'deleted');
  world.installations.splice(world.installations.indexOf(installation), 1);
  for (const token of world.tokens.values())
    if (token.installation === installation) world.tokens.delete(token.value);
}

export function setSuspended(
  world: World,
  caller: Caller,
  installation: Installation,
  suspended: boolean,
): void {
  installation.suspendedAt = suspended ? now(world) : null;
  installation.suspendedBy = suspended ? actor(caller) : null;
  installation.updatedAt = now(world);
  announce(world, caller, installation, suspended ? 'suspend' : 'unsuspend');
}

/** As an owner does after the App has asked for others; tokens that were minted before keep what they had. */
export function acceptPermissions(
  world: World,
  caller: Caller,
  installation: Installation,
  permissions: Permissions,
): void {
  installation.permissions = permissions;
  installation.updatedAt = now(world);
  announce(world, caller, installation, 'new_permissions_accepted');
}

/** Adds or removes repositories of the selection; `all` only announces what came to exist. */
export function changeSelection(
  world: World,
  caller: Caller,
  installation: Installation,
  change: { added?: readonly Repo[]; removed?: readonly Repo[] },
): void {
  const { added = [], removed = [] } = change;
  if (installation.selection !== 'all') {
    for (const repo of added) installation.selection.add(repo.id);
    for (const repo of removed) installation.selection.delete(repo.id);
  }
  world.announce({
    event: 'installation_repositories',
    action: removed.length > 0 ? 'removed' : 'added',
    repo: null,
    sender: actor(caller),
    installation,
    body: {
      repository_selection: installation.selection === 'all' ? 'all' : 'selected',
      repositories_added: added.map(shortRepositoryShape),
      repositories_removed: removed.map(shortRepositoryShape),
      requester: null,
    },
  });
}

export interface TokenRequest {
  readonly permissions?: Permissions | undefined;
  readonly repositories?: readonly string[] | undefined;
  readonly repository_ids?: readonly number[] | undefined;
}

/** Mints a token for an hour; it may be narrower than the installation, never wider. */
export function mintToken(world: World, installation: Installation, request: TokenRequest): Token {
  if (installation.suspendedAt !== null) throw new Refusal(403, 'This installation has been suspended');
  for (const [name, level] of Object.entries(request.permissions ?? {}))
    if (!covers(installation.permissions, name, level))
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
  const token: Token = {
    value: tokenValue(installation),
    expiresAt: world.clock() + TOKEN_LIFETIME_MS,
    user: installation.app.bot,
    installation,
    permissions: { metadata: 'read', ...(request.permissions ?? installation.permissions) },
    repositories: chosen(world, installation, request),
  };
  world.tokens.set(token.value, token);
  return token;
}

function chosen(world: World, installation: Installation, request: TokenRequest): Token['repositories'] {
  if (request.repositories === undefined && request.repository_ids === undefined) return 'all';
  const known = repositoriesOf(world, installation);
  const wanted = [
    ...(request.repositories ?? []).map((name) =>
      known.find((repo) => repo.name.toLowerCase() === name.toLowerCase()),
    ),
    ...(request.repository_ids ?? []).map((id) => known.find((repo) => repo.id === id)),
  ];
  if (wanted.length > MAX_LISTED_REPOSITORIES) throw new Refusal(422, 'Too many repositories.');
  if (wanted.includes(undefined))
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  return new Set(wanted.flatMap((repo) => (repo === undefined ? [] : [repo.id])));
}

/** The long form rolled out in 2026: nothing may count on forty characters. */
function tokenValue(installation: Installation): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ typ: 'JWT', alg: 'HS256' })}.${part({ jti: randomBytes(16).toString('hex'), iss: 'github' })}`;
  const signature = createHmac('sha256', randomBytes(32)).update(body).digest('base64url');
  return `ghs_${installation.app.id}_${body}.${signature}`;
}

export function installationById(world: World, app: App, id: number): Installation {
  const found = world.installations.find((each) => each.id === id && each.app === app);
  if (found === undefined) throw notFound();
  return found;
}

function announce(
  world: World,
  caller: Caller,
  installation: Installation,
  action: string,
  extra = {},
): void {
  const repositories = repositoriesOf(world, installation).map(shortRepositoryShape);
  world.announce({
    event: 'installation',
    action,
    repo: null,
    sender: actor(caller),
    installation,
    body: { installation: installationShape(world, installation), repositories, ...extra },
  });
}
