/** What this GitHub remembers. Commits, trees and refs are not here: they live in real bare repositories. */
import type { Commit } from './git/history.ts';

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin';
export type Level = 'read' | 'write' | 'admin';
export type Permissions = Record<string, Level>;
export type ReactionContent = '+1' | '-1' | 'laugh' | 'confused' | 'heart' | 'hooray' | 'rocket' | 'eyes';

export interface User {
  readonly id: number;
  readonly nodeId: string;
  login: string;
  readonly type: 'User' | 'Organization' | 'Bot';
  /** What the owner pays for: a free plan refuses drafts in private repositories. */
  plan: 'free' | 'team' | 'enterprise';
  readonly createdAt: string;
}

export interface App {
  readonly id: number;
  readonly nodeId: string;
  readonly slug: string;
  readonly clientId: string;
  readonly owner: User;
  readonly bot: User;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly publicKey: string;
  readonly createdAt: string;
}

export interface Installation {
  readonly id: number;
  readonly nodeId: string;
  readonly app: App;
  readonly account: User;
  permissions: Permissions;
  selection: 'all' | Set<number>;
  suspendedAt: string | null;
  suspendedBy: User | null;
  readonly createdAt: string;
  updatedAt: string;
}

/** A credential. Installation tokens carry their narrowing; user tokens act as the person. */
export interface Token {
  readonly value: string;
  readonly expiresAt: number;
  readonly user: User;
  readonly installation: Installation | null;
  readonly permissions: Permissions;
  readonly repositories: 'all' | ReadonlySet<number>;
}

/** Who does something: a person, an app through a token or its JWT, or nobody known. */
export interface Caller {
  readonly user: User | null;
  readonly app: App | null;
  readonly token: Token | null;
}

export interface Label {
  readonly id: number;
  readonly nodeId: string;
  name: string;
  color: string;
  description: string | null;
}

export interface Reaction {
  readonly id: number;
  readonly nodeId: string;
  readonly user: User;
  readonly content: ReactionContent;
  readonly createdAt: string;
}

export interface Comment {
  readonly id: number;
  readonly nodeId: string;
  readonly issue: Issue;
  readonly author: User;
  readonly app: App | null;
  body: string;
  readonly reactions: Reaction[];
  readonly createdAt: string;
  updatedAt: string;
}

/** One entry of an issue's history, with what GitHub adds to that kind. */
export interface IssueEvent {
  readonly id: number;
  readonly nodeId: string;
  readonly actor: User;
  readonly app: App | null;
  readonly createdAt: string;
  readonly event: 'labeled' | 'unlabeled' | 'renamed' | 'closed' | 'reopened';
  readonly label?: { readonly name: string; readonly color: string };
  readonly rename?: { readonly from: string; readonly to: string };
}

export interface Issue {
  readonly id: number;
  readonly nodeId: string;
  readonly number: number;
  readonly repo: Repo;
  readonly author: User;
  readonly app: App | null;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null;
  labels: Label[];
  assignees: User[];
  comments: Comment[];
  readonly reactions: Reaction[];
  locked: boolean;
  lockReason: string | null;
  subIssues: Issue[];
  parent: Issue | null;
  blockedBy: Issue[];
  readonly events: IssueEvent[];
  /** Every state of the body once it was edited, the first one included; a new title is an event instead. */
  readonly edits: { readonly at: string; readonly by: User }[];
  pull: Pull | null;
  deleted: boolean;
  movedTo: Issue | null;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: User | null;
}

export interface PullStats {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

export interface Mergeability {
  readonly mergeable: boolean;
  readonly mergeSha: string | null;
}

export interface Pull {
  readonly id: number;
  readonly nodeId: string;
  readonly issue: Issue;
  readonly headRef: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
  draft: boolean;
  stats: PullStats;
  /** Unset until somebody asks, as GitHub computes it in the background and answers null meanwhile. */
  mergeability: Promise<Mergeability> | null;
  settledMergeability: Mergeability | null;
  mergedAt: string | null;
  mergedBy: User | null;
  mergeCommitSha: string | null;
  requestedReviewers: User[];
  reviews: Review[];
  reviewComments: ReviewComment[];
}

export interface Review {
  readonly id: number;
  readonly nodeId: string;
  readonly pull: Pull;
  readonly author: User;
  body: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  readonly commitSha: string;
  submittedAt: string | null;
}

export interface ReviewComment {
  readonly id: number;
  readonly nodeId: string;
  readonly pull: Pull;
  readonly review: Review;
  readonly author: User;
  body: string;
  readonly path: string;
  readonly line: number | null;
  readonly startLine: number | null;
  readonly side: 'LEFT' | 'RIGHT';
  readonly subjectType: 'line' | 'file';
  readonly diffHunk: string;
  readonly position: number;
  readonly commitSha: string;
  readonly inReplyTo: ReviewComment | null;
  readonly reactions: Reaction[];
  readonly createdAt: string;
  updatedAt: string;
}

export interface CheckSuite {
  readonly id: number;
  readonly nodeId: string;
  readonly repo: Repo;
  readonly app: App;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly headCommit: Commit;
  readonly before: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

export interface CheckOutput {
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: unknown[];
}

export interface CheckRun {
  readonly id: number;
  readonly nodeId: string;
  readonly suite: CheckSuite;
  readonly headSha: string;
  name: string;
  status: string;
  conclusion: string | null;
  startedAt: string | null;
  completedAt: string | null;
  detailsUrl: string | null;
  externalId: string | null;
  output: CheckOutput;
  actions: { label: string; description: string; identifier: string }[];
}

export interface CommitStatus {
  readonly id: number;
  readonly nodeId: string;
  readonly sha: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: User;
  readonly createdAt: string;
}

export interface Repo {
  readonly id: number;
  readonly nodeId: string;
  /** Path of the bare repository. */
  readonly dir: string;
  readonly owner: User;
  name: string;
  description: string | null;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  readonly roles: Map<number, Role>;
  labels: Label[];
  readonly issues: Map<number, Issue>;
  nextNumber: number;
  readonly checkSuites: CheckSuite[];
  readonly checkRuns: CheckRun[];
  readonly statuses: CommitStatus[];
  readonly protectedBranches: Set<string>;
  /** New names by old ones. */
  readonly renamedBranches: Map<string, string>;
  readonly createdAt: string;
  updatedAt: string;
  pushedAt: string;
  /** The end of the line of git writes: one at a time per repository. */
  lastWrite: Promise<unknown>;
}
