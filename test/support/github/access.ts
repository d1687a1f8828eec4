/** Who may do what: roles of people, scopes of installation tokens, and what stays invisible. */
import { forbidden, notFound, outOfScope, Refusal } from './failure.ts';
import type { Caller, Installation, Level, Permissions, Repo, Role, User } from './model.ts';

const ROLES: readonly Role[] = ['read', 'triage', 'write', 'maintain', 'admin'];
const LEVELS: readonly Level[] = ['read', 'write', 'admin'];

/** Permission names with a level; any one of the alternatives is enough. */
export type Needs = readonly (readonly [permission: string, level: Level])[];

/** The role a person has here; `null` when the repository does not exist for them. */
export function roleOf(repo: Repo, user: User): Role | null {
  if (user.id === repo.owner.id) return 'admin';
  return repo.roles.get(user.id) ?? (repo.private ? null : 'read');
}

export function isCollaborator(repo: Repo, user: User): boolean {
  return user.id === repo.owner.id || repo.roles.has(user.id);
}

export const atLeast = (role: Role | null, wanted: Role): boolean =>
  role !== null && ROLES.indexOf(role) >= ROLES.indexOf(wanted);

export const covers = (held: Permissions, permission: string, level: Level): boolean =>
  LEVELS.indexOf(held[permission] ?? ('none' as Level)) >= LEVELS.indexOf(level);

export function reaches(installation: Installation, repo: Repo): boolean {
  if (installation.account.id !== repo.owner.id) return false;
  return installation.selection === 'all' || installation.selection.has(repo.id);
}

/** Whether an installation token speaks for this repository. */
export function inScope(caller: Caller, repo: Repo): boolean {
  const { token } = caller;
  if (token === null || token.installation === null) return false;
  if (!reaches(token.installation, repo)) return false;
  return token.repositories === 'all' || token.repositories.has(repo.id);
}

export function canSee(repo: Repo, caller: Caller): boolean {
  if (!repo.private) return true;
  if (caller.token?.installation) return inScope(caller, repo);
  return caller.user !== null && roleOf(repo, caller.user) !== null;
}

export const writtenDown = (needs: Needs): string =>
  needs.map(([name, level]) => `${name}=${level}`).join('; ');

/** Refuses as GitHub does: 404 for what must stay hidden, 403 for a known thing out of reach, 401 for nobody. */
export function demandAccess(caller: Caller, repo: Repo, needs: Needs): void {
  if (!canSee(repo, caller)) throw notFound();
  const writes = needs.some(([, level]) => level !== 'read');
  if (caller.token?.installation) {
    if (!inScope(caller, repo)) {
      if (writes) throw outOfScope(writtenDown(needs));
      return;
    }
    const held = caller.token.permissions;
    if (!needs.some(([name, level]) => covers(held, name, level))) throw outOfScope(writtenDown(needs));
  } else if (caller.user === null && writes) {
    throw new Refusal(401, 'Requires authentication');
  }
  if (writes && repo.archived) throw forbidden('Repository was archived so is read-only.');
}

/** People need the role; an app was already measured by its permissions. */
export function demandRole(caller: Caller, repo: Repo, wanted: Role, refusal: Refusal = notFound()): void {
  if (caller.app !== null) return;
  if (caller.user === null || !atLeast(roleOf(repo, caller.user), wanted)) throw refusal;
}

export function hasRole(caller: Caller, repo: Repo, wanted: Role): boolean {
  if (caller.app !== null) return true;
  return caller.user !== null && atLeast(roleOf(repo, caller.user), wanted);
}
