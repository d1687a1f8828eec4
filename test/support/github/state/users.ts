/** People, organisations and bots. */
import type { Identity } from '../git/repository.ts';
import type { Caller, User } from '../model.ts';
import { actor, findUser, now, type World } from '../world.ts';

/** The account of this login, made on first mention. */
export function ensureUser(world: World, login: string, type: User['type'] = 'User'): User {
  const known = findUser(world, login);
  if (known !== undefined) return known;
  const user: User = {
    id: world.ids.next(),
    nodeId: world.ids.node({ User: 'U', Organization: 'O', Bot: 'BOT' }[type]),
    login,
    type,
    plan: 'team',
    createdAt: now(world),
  };
  world.users.set(login.toLowerCase(), user);
  return user;
}

export const callerFor = (user: User): Caller => ({ user, app: null, token: null });

/** How git shows what this caller commits through GitHub. */
export function identityOf(world: World, caller: Caller): Identity {
  const user = actor(caller);
  return { name: user.login, email: noreply(user), at: world.clock() };
}

export const noreply = (user: User): string => `${user.id}+${user.login}@users.noreply.github.com`;

/** The account behind a commit's e-mail address, as far as GitHub could tell. */
export function userByEmail(world: World, email: string): User | null {
  for (const user of world.users.values()) if (noreply(user) === email) return user;
  return null;
}
