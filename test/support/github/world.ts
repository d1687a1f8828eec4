/** The world every rule works on: what is remembered, the clock, ids, git, and where events go. */
import type { Git } from './git/git.ts';
import type { Ids } from './ids.ts';
import type { App, Caller, Installation, Issue, Pull, Repo, Token, User } from './model.ts';

/** An answer of ours that GitHub would not give, or a call this GitHub cannot judge yet. */
export interface ContractViolation {
  readonly kind: 'answer' | 'not-built' | 'crash';
  readonly route: string;
  readonly detail: string;
}

/** Something that happened, before it becomes a payload for one app's webhook. */
export interface Announcement {
  readonly event: string;
  readonly action: string | null;
  readonly repo: Repo | null;
  readonly sender: User;
  /** Own keys of the payload; repository, sender, organization and installation are added by the sender. */
  readonly body: Record<string, unknown>;
  /** Installation events name their installation in full. */
  readonly installation?: Installation;
  /** Only the app that owns the object hears of it (check runs asked again, for example). */
  readonly onlyFor?: App;
}

export interface World {
  /** Base address such as `http://127.0.0.1:4000`, known once the server listens. */
  url: string;
  readonly dir: string;
  readonly clock: () => number;
  readonly ids: Ids;
  readonly git: Git;
  readonly users: Map<string, User>;
  readonly repos: Map<number, Repo>;
  /** `owner/name` in lower case, old names included, so that renames redirect. */
  readonly names: Map<string, number>;
  readonly apps: App[];
  readonly installations: Installation[];
  readonly tokens: Map<string, Token>;
  readonly violations: ContractViolation[];
  announce(what: Announcement): void;
}

/** Now, as GitHub writes times: ISO 8601 in UTC, whole seconds. */
export const now = (world: World): string => timestamp(world.clock());

export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const fullName = (repo: Repo): string => `${repo.owner.login}/${repo.name}`;

export const findUser = (world: World, login: string): User | undefined =>
  world.users.get(login.toLowerCase());

/** By `owner/name`; old names lead to the same repository. */
export function findRepo(world: World, name: string): Repo | undefined {
  const id = world.names.get(name.toLowerCase());
  return id === undefined ? undefined : world.repos.get(id);
}

/** As `findRepo`, for code that holds a name it knows to exist. */
export function repoNamed(world: World, name: string): Repo {
  const repo = findRepo(world, name);
  if (repo === undefined) throw new Error(`the local GitHub has no repository ${name}`);
  return repo;
}

export const pullsOf = (repo: Repo): Pull[] =>
  [...repo.issues.values()].flatMap((issue) => (issue.pull === null ? [] : [issue.pull]));

export function* allIssues(world: World): Generator<Issue> {
  for (const repo of world.repos.values()) yield* repo.issues.values();
}

/** The person or bot behind a call; anonymous callers were refused before. */
export function actor(caller: Caller): User {
  if (caller.user === null) throw new Error('an anonymous caller reached a rule that needs an actor');
  return caller.user;
}

/** Runs `work` after every earlier git write of this repository has ended. */
export function inTurn<T>(repo: Repo, work: () => Promise<T>): Promise<T> {
  const result = repo.lastWrite.then(work, work);
  repo.lastWrite = result.catch(() => undefined);
  return result;
}
