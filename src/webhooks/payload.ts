/** The parts that GitHub's payloads share, mapped to the domain's words. */
import type { Repo } from '#src/core/item.ts';
import type { Actor, Subject } from '#src/core/signal.ts';

export interface RepositoryPart {
  id: number;
  name: string;
  private: boolean;
  default_branch: string;
  owner: { login: string };
}

export interface IssuePart {
  node_id: string;
  number: number;
  title: string;
  body?: string | null | undefined;
  html_url: string;
  state?: string | undefined;
  labels?: ({ name?: string | undefined } | string | null)[] | undefined;
  pull_request?: unknown;
}

export interface SenderPart {
  id: number;
  login: string;
  type?: string | undefined;
}

/** Undefined for deliveries that no installation sent: a repository webhook made by hand, for one. */
export function repoOf(payload: {
  repository: RepositoryPart;
  installation?: { id: number } | undefined;
}): Repo | undefined {
  if (!payload.installation) return undefined;
  const { id, name, owner, default_branch, private: hidden } = payload.repository;
  return {
    id,
    name,
    owner: owner.login,
    installation: payload.installation.id,
    private: hidden,
    defaultBranch: default_branch,
  };
}

export function subjectOf(issue: IssuePart): Subject {
  const labels = (issue.labels ?? []).map((label) =>
    typeof label === 'string' ? label : (label?.name ?? ''),
  );
  return {
    nodeId: issue.node_id,
    number: issue.number,
    isPull: Boolean(issue.pull_request),
    title: issue.title,
    body: issue.body ?? null,
    labels,
    url: issue.html_url,
    open: issue.state !== 'closed',
  };
}

export function actorOf(sender: SenderPart): Actor {
  return { id: sender.id, login: sender.login, bot: sender.type === 'Bot' };
}
