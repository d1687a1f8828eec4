/** What GraphQL can answer: the viewer, repositories, issues, pull requests, and switching drafts. */
import { GraphQLError } from 'graphql';
import { canSee, covers, demandAccess } from '../access.ts';
import { Refusal } from '../failure.ts';
import type { Caller, Issue, Permissions, Pull, Repo, User } from '../model.ts';
import { issueHtml } from '../shapes/issues.ts';
import { repoHtml } from '../shapes/repositories.ts';
import { askMergeability, setDraft } from '../state/pulls.ts';
import { allIssues, findRepo, fullName, pullsOf, type World } from '../world.ts';

/** An error with GitHub's `type` beside the message. */
export const failure = (type: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { type } });

interface Scope {
  readonly world: World;
  readonly caller: Caller;
}

type Input<T> = { input: T };

/** The root of one request; every field here goes through the caller's own rights. */
export function rootFor(scope: Scope) {
  const { world, caller } = scope;
  return {
    viewer: () => actorNode(world, caller.user),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const repo = findRepo(world, `${owner}/${name}`);
      if (repo === undefined || !canSee(repo, caller))
        throw failure('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      return repositoryNode(scope, repo);
    },
    node: ({ id }: { id: string }) => {
      const issue = byNodeId(scope, id);
      return issue === null
        ? missingNode(id)
        : issue.pull === null
          ? issueNode(scope, issue)
          : pullNode(scope, issue.pull);
    },
    convertPullRequestToDraft: (args: Input<{ pullRequestId: string; clientMutationId?: string }>) =>
      switchDraft(scope, args, true),
    markPullRequestReadyForReview: (args: Input<{ pullRequestId: string; clientMutationId?: string }>) =>
      switchDraft(scope, args, false),
  };
}

function switchDraft(
  scope: Scope,
  { input }: Input<{ pullRequestId: string; clientMutationId?: string }>,
  draft: boolean,
) {
  const { world, caller } = scope;
  const pull = byNodeId(scope, input.pullRequestId)?.pull;
  if (pull === null || pull === undefined) return missingNode(input.pullRequestId);
  try {
    demandAccess(caller, pull.issue.repo, [['pull_requests', 'write']]);
    setDraft(world, caller, pull, draft);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const detail = error.problems[0];
    const said = typeof detail === 'object' ? detail.message : undefined;
    throw failure(error.status === 403 ? 'FORBIDDEN' : 'UNPROCESSABLE', said ?? error.message);
  }
  return { pullRequest: pullNode(scope, pull), clientMutationId: input.clientMutationId ?? null };
}

function missingNode(id: string): never {
  throw failure('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'.`);
}

function byNodeId({ world, caller }: Scope, id: string): Issue | null {
  for (const issue of allIssues(world)) {
    if ((issue.pull?.nodeId ?? issue.nodeId) !== id || issue.deleted) continue;
    return canSee(issue.repo, caller) ? issue : null;
  }
  return null;
}

function demand(caller: Caller, permission: keyof Permissions): void {
  const held = caller.token?.installation ? caller.token.permissions : null;
  if (held !== null && !covers(held, String(permission), 'read'))
    throw failure('FORBIDDEN', 'Resource not accessible by integration');
}

const actorNode = (world: World, user: User | null) =>
  user === null
    ? null
    : {
        __typename: user.type,
        id: user.nodeId,
        databaseId: user.id,
        // GraphQL names bots without their suffix.
        login: user.login.replace(/\[bot\]$/, ''),
        url: `${world.url}/${user.login}`,
        avatarUrl: `${world.url}/avatars/u/${user.id}`,
      };

function repositoryNode(scope: Scope, repo: Repo) {
  const { world, caller } = scope;
  const numbered = (number: number, wanted: string) => {
    const issue = repo.issues.get(number);
    const fits =
      issue !== undefined && !issue.deleted && (wanted === 'PullRequest') === (issue.pull !== null);
    if (!fits)
      throw failure(
        'NOT_FOUND',
        `Could not resolve to ${wanted === 'Issue' ? 'an Issue' : 'a PullRequest'} with the number of ${number}.`,
      );
    return issue;
  };
  return {
    __typename: 'Repository',
    id: repo.nodeId,
    databaseId: repo.id,
    name: repo.name,
    nameWithOwner: fullName(repo),
    isPrivate: repo.private,
    isArchived: repo.archived,
    url: repoHtml(world, repo),
    owner: actorNode(world, repo.owner),
    defaultBranchRef: { __typename: 'Ref', name: repo.defaultBranch, prefix: 'refs/heads/' },
    issue: ({ number }: { number: number }) => {
      demand(caller, 'issues');
      return issueNode(scope, numbered(number, 'Issue'));
    },
    pullRequest: ({ number }: { number: number }) => {
      demand(caller, 'pull_requests');
      const { pull } = numbered(number, 'PullRequest');
      return pull === null ? null : pullNode(scope, pull);
    },
    pullRequests: ({ states }: { states?: string[] }) => {
      demand(caller, 'pull_requests');
      const found = pullsOf(repo).filter((pull) => states === undefined || states.includes(pullState(pull)));
      return { totalCount: found.length, nodes: found.map((pull) => pullNode(scope, pull)) };
    },
  };
}

const labelsNode = (issue: Issue) => () => ({
  totalCount: issue.labels.length,
  nodes: issue.labels.map(({ nodeId, name, color, description }) => ({
    id: nodeId,
    name,
    color,
    description,
  })),
});

const shared = ({ world }: Scope, issue: Issue) => ({
  fullDatabaseId: String(issue.pull?.id ?? issue.id),
  number: issue.number,
  title: issue.title,
  body: issue.body ?? '',
  url: issueHtml(world, issue),
  author: actorNode(world, issue.author),
  locked: issue.locked,
  closed: issue.state === 'closed',
  createdAt: issue.createdAt,
  updatedAt: issue.updatedAt,
  closedAt: issue.closedAt,
  userContentEdits: () => ({
    totalCount: issue.edits.length,
    nodes: issue.edits.toReversed().map(({ at, by }) => ({ editedAt: at, editor: actorNode(world, by) })),
  }),
  labels: labelsNode(issue),
});

const issueNode = (scope: Scope, issue: Issue) => ({
  __typename: 'Issue',
  ...shared(scope, issue),
  id: issue.nodeId,
  state: issue.state.toUpperCase(),
  stateReason: issue.stateReason?.toUpperCase() ?? null,
  repository: () => repositoryNode(scope, issue.repo),
});

const pullState = (pull: Pull): string =>
  pull.mergedAt === null ? pull.issue.state.toUpperCase() : 'MERGED';

const pullNode = (scope: Scope, pull: Pull) => ({
  __typename: 'PullRequest',
  ...shared(scope, pull.issue),
  id: pull.nodeId,
  state: pullState(pull),
  isDraft: pull.draft,
  merged: pull.mergedAt !== null,
  mergedAt: pull.mergedAt,
  headRefName: pull.headRef,
  headRefOid: pull.headSha,
  baseRefName: pull.baseRef,
  baseRefOid: pull.baseSha,
  mergeable: async () => {
    await askMergeability(scope.world, scope.caller, pull);
    if (pull.settledMergeability === null) return 'UNKNOWN';
    return pull.settledMergeability.mergeable ? 'MERGEABLE' : 'CONFLICTING';
  },
  additions: pull.stats.additions,
  deletions: pull.stats.deletions,
  changedFiles: pull.stats.changedFiles,
  repository: () => repositoryNode(scope, pull.issue.repo),
});
