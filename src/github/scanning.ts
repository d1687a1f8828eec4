/** What a scan reads: repositories, issues with a label and who put it there, the ends of issues and pull requests. */
import type { Item, Pull, Repo } from '#src/core/item.ts';
import type { Actor, Subject } from '#src/core/signal.ts';
import type { Octokit } from './client.ts';
import { statusOf } from './failures.ts';

/** Ids of the installations that are not suspended. @param app a client that speaks as the App */
export async function listInstallations(app: Octokit): Promise<number[]> {
  const all = await app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
  return all.filter((installation) => !installation.suspended_at).map(({ id }) => id);
}

/** Every repository of an installation that can be written to. @param octokit the installation's */
export async function listRepos(octokit: Octokit, installation: number): Promise<Repo[]> {
  const all = await octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, { per_page: 100 });
  return all
    .filter((repo) => !repo.archived && !repo.disabled)
    .map((repo) => ({
      id: repo.id,
      owner: repo.owner.login,
      name: repo.name,
      installation,
      private: repo.private,
      defaultBranch: repo.default_branch,
    }));
}

/** Open issues that carry the label, pull requests left out. */
export async function labelledIssues(octokit: Octokit, repo: Repo, label: string): Promise<Subject[]> {
  const where = { owner: repo.owner, repo: repo.name, labels: label, state: 'open' as const, per_page: 100 };
  const issues = await octokit.paginate(octokit.rest.issues.listForRepo, where);
  return issues.filter((issue) => !issue.pull_request).map(subjectOf);
}

export interface Labelling {
  id: number;
  /** Milliseconds since the epoch, whole seconds. */
  at: number;
  by: Actor;
  /** Who gave the issue another title since; undefined for accounts that are gone. */
  renamers: (Actor | undefined)[];
}

/** The last time the label was put on, and what followed. */
export async function lastLabelling(
  octokit: Octokit,
  repo: Repo,
  number: number,
  label: string,
): Promise<Labelling | undefined> {
  const where = { owner: repo.owner, repo: repo.name, issue_number: number, per_page: 100 };
  const events = await octokit.paginate(octokit.rest.issues.listEvents, where);
  const index = events.findLastIndex(
    (event) => event.event === 'labeled' && 'label' in event && event.label?.name === label,
  );
  const last = events[index];
  const by = actorOf(last?.actor);
  if (!last || !by) return undefined;
  const renames = events.slice(index + 1).filter((event) => event.event === 'renamed');
  return {
    id: last.id,
    at: Date.parse(last.created_at),
    by,
    renamers: renames.map((event) => actorOf(event.actor)),
  };
}

const editsQuery = `query ($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    issue(number: $number) {
      userContentEdits(first: 100) { totalCount nodes { editedAt editor { __typename login } } }
    }
  }
}`;

/** Without the id: GraphQL's numbers end where those of accounts go on. */
export interface Editor {
  login: string;
  bot: boolean;
}

interface EditsAnswer {
  repository: {
    issue: {
      userContentEdits: {
        totalCount: number;
        nodes: { editedAt: string; editor: { __typename: string; login: string } | null }[];
      } | null;
    };
  };
}

/**
 * Who changed the body at or after a time (milliseconds since the epoch); undefined for accounts that are gone. The
 * newest hundred edits are looked at (GraphQL, `Issue.userContentEdits`; REST does not tell).
 */
export async function bodyEditors(
  octokit: Octokit,
  repo: Repo,
  number: number,
  since: number,
): Promise<(Editor | undefined)[]> {
  const variables = { owner: repo.owner, name: repo.name, number };
  const { repository } = await octokit.graphql<EditsAnswer>(editsQuery, variables);
  const { totalCount = 0, nodes = [] } = repository.issue.userContentEdits ?? {};
  // The oldest entry is the text as it was first.
  const edits = nodes.length === totalCount ? nodes.slice(0, -1) : nodes;
  return edits
    .filter(({ editedAt }) => Date.parse(editedAt) >= since)
    .map(({ editor }) => (editor ? { login: editor.login, bot: editor.__typename === 'Bot' } : undefined));
}

function actorOf(user: { id: number; login: string; type: string } | null | undefined): Actor | undefined {
  return user ? { id: user.id, login: user.login, bot: user.type === 'Bot' } : undefined;
}

/** The issue as it is now; undefined when it was deleted or is out of reach. */
export async function readIssue(
  octokit: Octokit,
  repo: Repo,
  number: number,
): Promise<{ subject: Subject; closedAs: NonNullable<Item['closed']> } | undefined> {
  const where = { owner: repo.owner, repo: repo.name, issue_number: number };
  const { data } = (await unlessGone(octokit.rest.issues.get(where))) ?? {};
  if (!data) return undefined;
  const reason = data.state_reason;
  const closedAs = reason === 'not_planned' || reason === 'duplicate' ? reason : 'completed';
  return { subject: subjectOf(data), closedAs };
}

export async function readPull(
  octokit: Octokit,
  repo: Repo,
  number: number,
): Promise<{ state: Pull['state']; draft: boolean } | undefined> {
  const where = { owner: repo.owner, repo: repo.name, pull_number: number };
  const { data } = (await unlessGone(octokit.rest.pulls.get(where))) ?? {};
  if (!data) return undefined;
  return { state: data.merged ? 'merged' : data.state, draft: data.draft ?? false };
}

async function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 410) return undefined;
    throw error;
  }
}

function subjectOf(issue: {
  node_id: string;
  number: number;
  title: string;
  body?: string | null | undefined;
  html_url: string;
  state: string;
  labels: (string | { name?: string | null })[];
  pull_request?: unknown;
}): Subject {
  return {
    nodeId: issue.node_id,
    number: issue.number,
    isPull: Boolean(issue.pull_request),
    title: issue.title,
    body: issue.body ?? null,
    labels: issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
    url: issue.html_url,
    open: issue.state === 'open',
  };
}
