/** What happens behind the scenes of a test: accounts, repositories, rights, installing the app, expiring tokens. */
import { randomBytes } from 'node:crypto';
import type { App, Installation, Repo, Role, User } from '../model.ts';
import {
  acceptPermissions,
  changeSelection,
  install,
  installationOn,
  setSuspended,
  uninstall,
} from '../state/installations.ts';
import {
  archiveRepository,
  createRepository,
  deleteRepository,
  grant,
  type NewRepository,
  renameBranch,
  renameRepository,
  setDefaultBranch,
  setVisibility,
} from '../state/repositories.ts';
import { callerFor, ensureUser } from '../state/users.ts';
import { findUser, inTurn, repoNamed, type World } from '../world.ts';

export interface Administration {
  /** An owner nobody mentioned becomes an organisation. The app is installed on it unless `install` is false. */
  createRepository(input: NewRepository & { install?: boolean }): Promise<Repo>;
  addUser(login: string, options?: { type?: 'User' | 'Organization' | 'Bot' }): User;
  grant(repo: string, login: string, role: Role): void;
  /** A branch that only pull requests may change. */
  protect(repo: string, branch: string): void;
  renameRepository(repo: string, name: string): void;
  /** As on the branches page: what pointed to the old name points to the new one. */
  renameBranch(repo: string, from: string, to: string): Promise<void>;
  setDefaultBranch(repo: string, branch: string): Promise<void>;
  archiveRepository(repo: string, archived?: boolean): void;
  setPrivate(repo: string, hidden: boolean): void;
  deleteRepository(repo: string): void;
  install(owner: string, repositories?: readonly string[]): Installation;
  installation(owner: string): Installation;
  uninstall(owner: string): void;
  suspend(owner: string): void;
  unsuspend(owner: string): void;
  acceptPermissions(owner: string, permissions: Installation['permissions']): void;
  /** Changes the chosen repositories of an installation. */
  selectRepositories(owner: string, change: { add?: readonly string[]; remove?: readonly string[] }): void;
  /** A token of a person, for git or the API. */
  tokenFor(login: string): string;
  /** From now on every installation token is too old. */
  expireTokens(): void;
}

export function createAdministration(world: World, app: App): Administration {
  const ownerOf = (login: string): User => {
    const user = findUser(world, login);
    if (user === undefined) throw new Error(`the local GitHub knows no ${login}`);
    return user;
  };
  const installation = (owner: string): Installation => {
    const found = installationOn(world, app, ownerOf(owner));
    if (found === undefined) throw new Error(`the app is not installed on ${owner}`);
    return found;
  };
  const asOwner = (repo: Repo) => callerFor(repo.owner);
  const onRepo = (name: string, work: (repo: Repo) => void): void => work(repoNamed(world, name));

  return {
    async createRepository({ install: wanted = true, ...input }) {
      const repo = await createRepository(world, input);
      const existing = installationOn(world, app, repo.owner);
      if (existing === undefined && wanted) install(world, asOwner(repo), app, repo.owner);
      else if (existing?.selection === 'all')
        changeSelection(world, asOwner(repo), existing, { added: [repo] });
      return repo;
    },
    addUser: (login, { type = 'User' } = {}) => ensureUser(world, login, type),
    grant: (repo, login, role) => onRepo(repo, (each) => grant(each, ensureUser(world, login), role)),
    protect: (repo, branch) => onRepo(repo, (each) => void each.protectedBranches.add(branch)),
    renameRepository: (repo, name) =>
      onRepo(repo, (each) => renameRepository(world, asOwner(each), each, name)),
    renameBranch: (name, from, to) => {
      const repo = repoNamed(world, name);
      return inTurn(repo, () => renameBranch(world, asOwner(repo), repo, from, to));
    },
    setDefaultBranch: (name, branch) => {
      const repo = repoNamed(world, name);
      return setDefaultBranch(world, asOwner(repo), repo, branch);
    },
    archiveRepository: (repo, archived = true) =>
      onRepo(repo, (each) => archiveRepository(world, asOwner(each), each, archived)),
    setPrivate: (repo, hidden) => onRepo(repo, (each) => setVisibility(world, asOwner(each), each, hidden)),
    deleteRepository: (repo) => onRepo(repo, (each) => deleteRepository(world, asOwner(each), each)),
    install(owner, repositories) {
      const account = ownerOf(owner);
      const chosen = repositories?.map((name) =>
        repoNamed(world, name.includes('/') ? name : `${owner}/${name}`),
      );
      return install(world, callerFor(account), app, account, chosen ?? 'all');
    },
    installation,
    uninstall: (owner) => uninstall(world, callerFor(ownerOf(owner)), installation(owner)),
    suspend: (owner) => setSuspended(world, callerFor(ownerOf(owner)), installation(owner), true),
    unsuspend: (owner) => setSuspended(world, callerFor(ownerOf(owner)), installation(owner), false),
    acceptPermissions: (owner, permissions) =>
      acceptPermissions(world, callerFor(ownerOf(owner)), installation(owner), permissions),
    selectRepositories(owner, { add = [], remove = [] }) {
      const named = (names: readonly string[]) => names.map((name) => repoNamed(world, name));
      const target = installation(owner);
      const caller = callerFor(ownerOf(owner));
      if (add.length > 0) changeSelection(world, caller, target, { added: named(add) });
      if (remove.length > 0) changeSelection(world, caller, target, { removed: named(remove) });
    },
    tokenFor(login) {
      const value = `ghp_${randomBytes(18).toString('hex')}`;
      const user = ensureUser(world, login);
      world.tokens.set(value, {
        value,
        user,
        installation: null,
        expiresAt: Number.POSITIVE_INFINITY,
        permissions: {},
        repositories: 'all',
      });
      return value;
    },
    expireTokens() {
      for (const token of world.tokens.values())
        if (token.installation !== null) world.tokens.delete(token.value);
    },
  };
}
