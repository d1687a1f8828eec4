/** Repositories: making, renaming, archiving, and changing who sees them. */
import { join } from 'node:path';
import { demandRole } from '../access.ts';
import { forbidden, invalidBecause, notFound } from '../failure.ts';
import {
  deleteRef,
  type Files,
  initRepository,
  resolveCommit,
  setRef,
  writeCommit,
} from '../git/repository.ts';
import type { Caller, Repo, Role, User } from '../model.ts';
import { actor, findUser, fullName, now, pullsOf, type World } from '../world.ts';
import { defaultLabels } from './labels.ts';
import { ensureUser, identityOf } from './users.ts';

export interface NewRepository {
  readonly owner: string;
  readonly name: string;
  readonly private?: boolean;
  /** The owner's plan: `free` refuses drafts in private repositories. */
  readonly plan?: User['plan'];
  readonly description?: string;
  /** Content of the first commit; a README when left out. */
  readonly files?: Files;
  readonly defaultBranch?: string;
  /** No commit at all. */
  readonly empty?: boolean;
}

/** An owner nobody mentioned before becomes an organisation. */
export async function createRepository(world: World, input: NewRepository): Promise<Repo> {
  const owner = findUser(world, input.owner) ?? ensureUser(world, input.owner, 'Organization');
  if (input.plan !== undefined) owner.plan = input.plan;
  const id = world.ids.next();
  const at = now(world);
  const repo: Repo = {
    id,
    nodeId: world.ids.node('R'),
    dir: join(world.dir, 'git', `${id}.git`),
    owner,
    name: input.name,
    description: input.description ?? null,
    private: input.private ?? false,
    archived: false,
    defaultBranch: input.defaultBranch ?? 'main',
    roles: new Map<number, Role>(),
    labels: [],
    issues: new Map(),
    nextNumber: 1,
    checkSuites: [],
    checkRuns: [],
    statuses: [],
    protectedBranches: new Set(),
    renamedBranches: new Map(),
    createdAt: at,
    updatedAt: at,
    pushedAt: at,
    lastWrite: Promise.resolve(),
  };
  const name = fullName(repo).toLowerCase();
  if (world.names.has(name))
    throw invalidBecause('Repository', 'name already exists on this account', 'name');
  repo.labels = defaultLabels(world);
  await initRepository(world.git, repo.dir, repo.defaultBranch);
  if (!input.empty) {
    const sha = await writeCommit(world.git, repo.dir, {
      parent: null,
      files: input.files ?? { 'README.md': `# ${input.name}\n` },
      message: 'Initial commit',
      author: identityOf(world, { user: owner, app: null, token: null }),
    });
    await setRef(world.git, repo.dir, `refs/heads/${repo.defaultBranch}`, sha);
  }
  world.repos.set(id, repo);
  world.names.set(name, id);
  return repo;
}

export const grant = (repo: Repo, user: User, role: Role): void => {
  repo.roles.set(user.id, role);
};

export function renameRepository(world: World, caller: Caller, repo: Repo, name: string): void {
  const from = repo.name;
  repo.name = name;
  // The old name stays in the table: requests to it are redirected.
  world.names.set(fullName(repo).toLowerCase(), repo.id);
  announceChange(world, caller, repo, 'renamed', { changes: { repository: { name: { from } } } });
}

/** Moves the branch with its protection, and the pull requests that go to it; the old name leads to the new one. */
export async function renameBranch(
  world: World,
  caller: Caller,
  repo: Repo,
  from: string,
  to: string,
): Promise<void> {
  const sha = await resolveCommit(world.git, repo.dir, `refs/heads/${from}`);
  if (sha === null) throw notFound();
  await setRef(world.git, repo.dir, `refs/heads/${to}`, sha);
  await deleteRef(world.git, repo.dir, `refs/heads/${from}`);
  repo.renamedBranches.set(from, to);
  if (repo.protectedBranches.delete(from)) repo.protectedBranches.add(to);
  for (const pull of pullsOf(repo)) if (pull.baseRef === from) pull.baseRef = to;
  if (repo.defaultBranch === from) await setDefaultBranch(world, caller, repo, to);
}

export async function setDefaultBranch(
  world: World,
  caller: Caller,
  repo: Repo,
  branch: string,
): Promise<void> {
  const { defaultBranch: from } = repo;
  repo.defaultBranch = branch;
  await world.git.run(repo.dir, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  announceChange(world, caller, repo, 'edited', { changes: { default_branch: { from } } });
}

export function archiveRepository(world: World, caller: Caller, repo: Repo, archived: boolean): void {
  repo.archived = archived;
  announceChange(world, caller, repo, archived ? 'archived' : 'unarchived');
}

export function setVisibility(world: World, caller: Caller, repo: Repo, hidden: boolean): void {
  repo.private = hidden;
  announceChange(world, caller, repo, hidden ? 'privatized' : 'publicized');
}

export function deleteRepository(world: World, caller: Caller, repo: Repo): void {
  announceChange(world, caller, repo, 'deleted');
  world.repos.delete(repo.id);
}

function announceChange(world: World, caller: Caller, repo: Repo, action: string, body = {}): void {
  repo.updatedAt = now(world);
  world.announce({ event: 'repository', action, repo, sender: actor(caller), body });
}

export interface RepositoryChanges {
  readonly name?: string;
  readonly description?: string | null;
  readonly private?: boolean;
  readonly archived?: boolean;
}

/** Needs an admin; apps need `administration`. */
export function updateRepository(world: World, caller: Caller, repo: Repo, changes: RepositoryChanges): void {
  demandRole(caller, repo, 'admin', forbidden('Must have admin rights to Repository.'));
  if (changes.description !== undefined) repo.description = changes.description;
  if (changes.name !== undefined && changes.name !== repo.name)
    renameRepository(world, caller, repo, changes.name);
  if (changes.private !== undefined && changes.private !== repo.private)
    setVisibility(world, caller, repo, changes.private);
  if (changes.archived !== undefined && changes.archived !== repo.archived)
    archiveRepository(world, caller, repo, changes.archived);
}
