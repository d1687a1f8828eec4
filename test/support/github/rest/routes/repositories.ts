/** Repositories themselves, people in them, and the odds and ends of the API's root. */
import { roleOf } from '../../access.ts';
import { notFound } from '../../failure.ts';
import type { Meter } from '../../limits.ts';
import type { Repo, Role, User } from '../../model.ts';
import { fullRepositoryShape } from '../../shapes/repositories.ts';
import { publicUserShape, userShape } from '../../shapes/users.ts';
import { updateRepository } from '../../state/repositories.ts';
import { findUser, type World } from '../../world.ts';
import { type Call, input, ok, type Route, repoOf, route } from '../route.ts';

/** `permission` folds five roles into four words; `role_name` has the detail. */
const FOLDED: Record<Role, string> = {
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
};

function permissionShape(world: World, repo: Repo, user: User) {
  const role = roleOf(repo, user);
  const has = (...roles: Role[]) => role !== null && roles.includes(role);
  return {
    permission: role === null ? 'none' : FOLDED[role],
    role_name: role ?? 'none',
    user: {
      ...userShape(world, user),
      role_name: role ?? 'none',
      permissions: {
        admin: has('admin'),
        maintain: has('admin', 'maintain'),
        push: has('admin', 'maintain', 'write'),
        triage: has('admin', 'maintain', 'write', 'triage'),
        pull: role !== null,
      },
    },
  };
}

const userOf = (call: Call): User => {
  const user = findUser(call.world, String(call.params['username']));
  if (user === undefined) throw notFound();
  return user;
};

export function repositoryRoutes(meter: Meter): readonly Route[] {
  return [
    route('GET', '/repos/{owner}/{repo}', (call) =>
      ok(fullRepositoryShape(call.world, repoOf(call, ['metadata', 'read']))),
    ),
    route('PATCH', '/repos/{owner}/{repo}', (call) => {
      const repo = repoOf(call, ['administration', 'write']);
      updateRepository(call.world, call.caller, repo, input(call));
      return ok(fullRepositoryShape(call.world, repo));
    }),
    route('GET', '/repos/{owner}/{repo}/collaborators/{username}/permission', (call) => {
      const repo = repoOf(call, ['metadata', 'read']);
      return ok(permissionShape(call.world, repo, userOf(call)));
    }),
    route('GET', '/users/{username}', (call) => ok(publicUserShape(call.world, userOf(call)))),
    route('GET', '/user', (call) => {
      if (call.caller.user === null || call.caller.token?.installation) throw notFound();
      return ok(publicUserShape(call.world, call.caller.user));
    }),
    route('GET', '/meta', () =>
      ok({ verifiable_password_authentication: false, hooks: ['127.0.0.1/32'], git: ['127.0.0.1/32'] }),
    ),
    route('GET', '/rate_limit', (call) => {
      const core = meter.read(call.caller);
      const other = { ...core, remaining: core.limit, used: 0 };
      return ok({
        resources: { core, graphql: other, search: { ...other, limit: 30, remaining: 30 } },
        rate: core,
      });
    }),
  ];
}
