/** What a REST endpoint of the local GitHub is: a template of GitHub's description and a handler. */
import { demandAccess, type Needs, writtenDown } from '../access.ts';
import { notFound, Refusal } from '../failure.ts';
import type { Caller, Issue, Pull, Repo } from '../model.ts';
import { api } from '../shapes/users.ts';
import { issueOf } from '../state/issues.ts';
import { pullOf } from '../state/pulls.ts';
import { findRepo, fullName, type World } from '../world.ts';

export interface Call {
  readonly world: World;
  readonly caller: Caller;
  readonly method: string;
  /** Path below `/api/v3`, with query. */
  readonly target: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Checked against GitHub's description before a handler sees it. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly accept: string;
  /** What the endpoint asked for, for `X-Accepted-GitHub-Permissions`. */
  readonly accepted: Set<string>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes instead of JSON, for raw media types. */
  readonly raw?: { readonly type: string; readonly bytes: Buffer };
}

export interface Route {
  readonly method: string;
  readonly template: string;
  /** GitHub serves it although its description leaves it out. */
  readonly undescribed?: boolean;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

export const route = (method: string, template: string, handle: Route['handle']): Route => ({
  method,
  template,
  handle,
});

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

/** The body as the handler's type; the description has vouched for it. */
export const input = <T>(call: Call): T => call.body as T;

export const number = (call: Call, name: string): number => Number(call.params[name]);
export const text = (call: Call, name: string): string => String(call.params[name]);

/** Refuses a caller without these rights, and notes what would have been enough. */
export function demand(call: Call, repo: Repo, needs: Needs): void {
  call.accepted.add(writtenDown(needs));
  demandAccess(call.caller, repo, needs);
}

/** The repository of the path once the caller may do `needs` there; old names redirect. */
export function repoOf(call: Call, ...needs: Needs): Repo {
  const { world, params } = call;
  const name = `${params['owner']}/${params['repo']}`;
  const repo = findRepo(world, name);
  if (repo === undefined) throw notFound();
  demand(call, repo, needs);
  if (fullName(repo).toLowerCase() !== name.toLowerCase()) throw movedTo(call, repo, name);
  return repo;
}

function movedTo(call: Call, repo: Repo, oldName: string): Refusal {
  const rest = call.target.slice(`/repos/${oldName}`.length);
  const url = `${api(call.world)}/repositories/${repo.id}${rest}`;
  const keeps = call.method === 'GET' || call.method === 'HEAD';
  const status = keeps ? 301 : 307;
  return new Refusal(
    status,
    keeps ? 'Moved Permanently' : 'Temporary Redirect',
    [],
    { location: url },
    { url },
  );
}

/** The issue of the path. For a pull request's number the app needs the pull request permission instead. */
export function issueAt(call: Call, level: 'read' | 'write'): Issue {
  const repo = repoOf(call, ['metadata', 'read']);
  const number = Number(call.params['issue_number']);
  const known = repo.issues.get(number);
  demand(call, repo, [[known?.pull ? 'pull_requests' : 'issues', level]]);
  if (known?.movedTo) throw transferred(call, known.movedTo);
  return issueOf(call.world, repo, number);
}

/** Whatever is asked of a transferred issue is led to the same thing of the new one. */
function transferred(call: Call, { repo, number: id }: Issue): Refusal {
  const rest = /\/issues\/\d+(.*)$/s.exec(call.target)?.[1] ?? '';
  const url = `${api(call.world)}/repositories/${repo.id}/issues/${id}${rest}`;
  const status = call.method === 'GET' || call.method === 'HEAD' ? 301 : 307;
  return new Refusal(status, 'Moved Permanently', [], { location: url }, { url });
}

export function pullAt(call: Call, ...needs: Needs): Pull {
  return pullOf(call.world, repoOf(call, ...needs), Number(call.params['pull_number']));
}

/** One page of a list, with GitHub's Link header. */
export function page<T>(call: Call, all: readonly T[], shape: (item: T) => unknown): Answer {
  const { items, headers } = slice(call, all);
  return { status: 200, body: items.map(shape), headers };
}

/** As `page`, for endpoints that wrap their list into an object with `total_count`. */
export function wrappedPage<T>(
  call: Call,
  key: string,
  all: readonly T[],
  shape: (item: T) => unknown,
): Answer {
  const { items, headers } = slice(call, all);
  return { status: 200, body: { total_count: all.length, [key]: items.map(shape) }, headers };
}

function slice<T>(call: Call, all: readonly T[]): { items: readonly T[]; headers: Record<string, string> } {
  const size = Math.min(Math.max(Number(call.query['per_page'] ?? 30), 1), 100);
  const at = Math.max(Number(call.query['page'] ?? 1), 1);
  const last = Math.max(Math.ceil(all.length / size), 1);
  const link = (to: number, rel: string) => {
    const url = new URL(`${api(call.world)}${call.target}`);
    url.searchParams.set('page', String(to));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(at > 1 ? [link(at - 1, 'prev')] : []),
    ...(at < last ? [link(at + 1, 'next'), link(last, 'last')] : []),
    ...(at > 1 ? [link(1, 'first')] : []),
  ];
  const headers: Record<string, string> = links.length === 0 ? {} : { link: links.join(', ') };
  return { items: all.slice((at - 1) * size, at * size), headers };
}
