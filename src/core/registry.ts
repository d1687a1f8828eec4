/** A package registry of the operator's that runs may read through the service, which has its credential. */
import type { KeySource } from './models.ts';

export type RegistryType = 'npm' | 'pypi' | 'maven' | 'go' | 'generic';

export interface Registry {
  /** Part of its path on the socket and of the name of its variable. */
  name: string;
  type: RegistryType;
  /** Ends in a slash; nothing outside of it can be asked for. */
  url: string;
  /** Patterns of `owner/name`; `*` stands for anything but a slash. */
  repositories: string[];
  /** npm scopes such as `@acme`, or patterns of Go modules; empty when it answers for everything. */
  scopes: string[];
  /** PyPI: path of the index below `url`, with a slash at its end. */
  index: string;
  /** PyPI and Maven: it is asked beside the public one, not instead of it. */
  extra: boolean;
  /** Undefined for one that asks for nothing. */
  auth?: RegistryAuth;
}

/** How a registry lets the service in. */
export type RegistryAuth = { secret: KeySource } & (
  | { kind: 'basic'; user: string }
  | { kind: 'bearer' }
  | { kind: 'header'; header: string }
);

/** Whether runs of a repository may read it. GitHub's names have no case. */
export function serves(registry: Registry, repository: string): boolean {
  return registry.repositories.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('[^/]*')}$`, 'i').test(repository);
  });
}

/** `acme-npm` is `PRLT_REGISTRY_ACME_NPM`. */
export function registryVariable(name: string): string {
  return `PRLT_REGISTRY_${name.toUpperCase().replaceAll('-', '_')}`;
}
