/** Finds the endpoint of a path, and refuses to know one that GitHub's description does not have. */
import type { Contract } from '../contract/contract.ts';
import type { Operation } from '../contract/description.ts';
import type { Route } from './route.ts';

/** Parameters that may contain slashes. */
const DEEP = new Set(['path', 'ref', 'basehead', 'branch', 'base', 'head']);

export interface Match {
  readonly template: string;
  readonly params: Record<string, string>;
  /** Absent when GitHub describes the path and nobody built it here yet. */
  readonly route: Route | null;
  readonly operation: Operation | null;
}

export type Router = (method: string, path: string) => Match | null;

interface Entry {
  readonly template: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Throws when a route is neither described by GitHub nor marked as undescribed. */
export function createRouter(contract: Contract, routes: readonly Route[]): Router {
  const built = new Map<string, Route>();
  for (const each of routes) {
    if (!each.undescribed && contract.description.operation(each.method, each.template) === null)
      throw new Error(`GitHub describes no ${each.method} ${each.template}`);
    built.set(`${each.method} ${each.template}`, each);
  }
  const extra = routes.filter((each) => each.undescribed).map((each) => each.template);
  const templates = [
    ...new Set([...routes.map((each) => each.template), ...contract.description.paths, ...extra]),
  ];
  // Fixed words win over parameters, longer templates over shorter ones that end in a deep parameter.
  const byShape = templates.toSorted((a, b) => weight(b) - weight(a));
  const entries: Entry[] = byShape.map(compile);

  return (method, path) => {
    let described: Match | null = null;
    for (const { template, pattern, names } of entries) {
      const found = pattern.exec(path);
      if (found === null) continue;
      const operation = contract.description.operation(method, template);
      const route = built.get(`${method} ${template}`) ?? null;
      const params = Object.fromEntries(names.map((name, index) => [name, decode(found[index + 1] ?? '')]));
      if (route !== null) return { template, params, route, operation };
      if (operation !== null) described ??= { template, params, route, operation };
    }
    return described;
  };
}

function compile(template: string): Entry {
  const names: string[] = [];
  const source = template
    .replaceAll(/[.+^$()|[\]\\]/g, '\\$&')
    .replaceAll(/\{([^}]+)\}/g, (_all, name: string) => {
      names.push(name);
      return DEEP.has(name) ? '(.+?)' : '([^/]+)';
    });
  return { template, names, pattern: new RegExp(`^${source}/?$`) };
}

const weight = (template: string): number =>
  template.split('/').reduce((sum, part) => sum + (part.startsWith('{') ? 1 : 3), 0);

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
