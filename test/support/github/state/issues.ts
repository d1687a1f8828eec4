/** Issues: opening, editing, closing, locking, deleting and moving them. */
import { hasRole } from '../access.ts';
import { forbidden, invalid, invalidBecause, notFound, Refusal } from '../failure.ts';
import type { Caller, Issue, Repo, User } from '../model.ts';
import { issueShape } from '../shapes/issues.ts';
import { repositoryShape } from '../shapes/repositories.ts';
import { userShape } from '../shapes/users.ts';
import { actor, findUser, now, type World } from '../world.ts';
import { announceIssue, touch } from './issue-events.ts';
import { createLabel, labelNamed, setLabels } from './labels.ts';
import { noteEvent } from './timeline.ts';

/** Characters of an issue's, pull request's or comment's body. */
export const MAX_BODY = 65_536;
const MAX_TITLE = 256;

export function checkText(
  resource: string,
  input: { title?: string | undefined; body?: string | null | undefined },
): void {
  if (input.title !== undefined && input.title.trim() === '')
    throw invalid({ resource, code: 'missing_field', field: 'title' });
  if (input.title !== undefined && [...input.title].length > MAX_TITLE)
    throw invalidBecause(resource, `title is too long (maximum is ${MAX_TITLE} characters)`, 'title');
  if ([...(input.body ?? '')].length > MAX_BODY)
    throw invalidBecause(resource, `body is too long (maximum is ${MAX_BODY} characters)`, 'body');
}

/** A new issue without any announcement: pull requests are issues too. */
export function makeIssue(
  world: World,
  caller: Caller,
  repo: Repo,
  input: { title: string; body?: string | null | undefined },
): Issue {
  const at = now(world);
  const issue: Issue = {
    id: world.ids.next(),
    nodeId: world.ids.node('I'),
    number: repo.nextNumber,
    repo,
    author: actor(caller),
    app: caller.app,
    title: input.title,
    body: input.body ?? null,
    state: 'open',
    stateReason: null,
    labels: [],
    assignees: [],
    comments: [],
    reactions: [],
    locked: false,
    lockReason: null,
    subIssues: [],
    parent: null,
    blockedBy: [],
    events: [],
    edits: [],
    pull: null,
    deleted: false,
    movedTo: null,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    closedBy: null,
  };
  repo.nextNumber += 1;
  repo.issues.set(issue.number, issue);
  return issue;
}

export interface NewIssue {
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly assignees?: readonly string[] | undefined;
}

export function openIssue(world: World, caller: Caller, repo: Repo, input: NewIssue): Issue {
  checkText('Issue', input);
  const issue = makeIssue(world, caller, repo, input);
  const trusted = hasRole(caller, repo, 'triage');
  // As on GitHub, labels and assignees of people without triage rights are dropped silently.
  const names = trusted ? (input.labels ?? []) : [];
  const labels = names.map((name) => labelNamed(repo, name) ?? createLabel(world, repo, { name }));
  issue.labels = [...new Set(labels)];
  issue.assignees = trusted ? (input.assignees ?? []).flatMap((login) => findUser(world, login) ?? []) : [];
  announceIssue(world, caller, issue, 'opened');
  for (const label of issue.labels) {
    noteEvent(world, caller, issue, { event: 'labeled', label: { name: label.name, color: label.color } });
    announceIssue(world, caller, issue, 'labeled', { label: issueLabel(world, issue, label.name) });
  }
  for (const user of issue.assignees)
    announceIssue(world, caller, issue, 'assigned', { assignee: userShape(world, user) });
  return issue;
}

const issueLabel = (world: World, issue: Issue, name: string) =>
  issueShape(world, issue).labels.find((label) => label.name === name);

export interface IssueChanges {
  readonly title?: string | undefined;
  readonly body?: string | null | undefined;
  readonly state?: 'open' | 'closed' | undefined;
  readonly stateReason?: Issue['stateReason'] | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly assignees?: readonly string[] | undefined;
}

export function updateIssue(world: World, caller: Caller, issue: Issue, changes: IssueChanges): void {
  demandAuthorOrTriage(caller, issue);
  checkText('Issue', changes);
  editText(world, caller, issue, changes);
  if (changes.labels !== undefined && hasRole(caller, issue.repo, 'triage'))
    setLabels(world, caller, issue, changes.labels);
  if (changes.assignees !== undefined) setAssignees(world, caller, issue, changes.assignees);
  if (changes.state !== undefined) setState(world, caller, issue, changes.state, changes.stateReason ?? null);
}

export function editText(
  world: World,
  caller: Caller,
  issue: Issue,
  input: { title?: string | undefined; body?: string | null | undefined },
): void {
  const changes: Record<string, { from: string | null }> = {};
  if (input.title !== undefined && input.title !== issue.title) {
    changes['title'] = { from: issue.title };
    noteEvent(world, caller, issue, { event: 'renamed', rename: { from: issue.title, to: input.title } });
    issue.title = input.title;
  }
  if (input.body !== undefined && input.body !== issue.body) {
    changes['body'] = { from: issue.body ?? '' };
    issue.body = input.body;
    if (issue.edits.length === 0) issue.edits.push({ at: issue.createdAt, by: issue.author });
    issue.edits.push({ at: now(world), by: actor(caller) });
  }
  if (Object.keys(changes).length === 0) return;
  touch(world, issue);
  announceIssue(world, caller, issue, 'edited', { changes });
}

/** Opens or closes without asking who may: callers have checked. */
export function setState(
  world: World,
  caller: Caller,
  issue: Issue,
  state: 'open' | 'closed',
  reason: Issue['stateReason'],
): void {
  if (issue.state === state) return;
  if (state === 'open' && issue.pull?.mergedAt)
    throw invalidBecause('PullRequest', 'state cannot be changed. The pull request is merged.', 'state');
  issue.state = state;
  issue.stateReason =
    state === 'closed' ? (reason ?? (issue.pull === null ? 'completed' : null)) : 'reopened';
  if (issue.pull !== null) issue.stateReason = null;
  issue.closedAt = state === 'closed' ? now(world) : null;
  issue.closedBy = state === 'closed' ? actor(caller) : null;
  touch(world, issue);
  noteEvent(world, caller, issue, { event: state === 'closed' ? 'closed' : 'reopened' });
  announceIssue(world, caller, issue, state === 'closed' ? 'closed' : 'reopened');
}

function setAssignees(world: World, caller: Caller, issue: Issue, logins: readonly string[]): void {
  const wanted = logins.flatMap((login) => findUser(world, login) ?? []);
  const before = issue.assignees;
  const announce = (action: string, user: User) =>
    announceIssue(world, caller, issue, action, { assignee: userShape(world, user) });
  issue.assignees = wanted;
  for (const user of before) if (!wanted.includes(user)) announce('unassigned', user);
  for (const user of wanted) if (!before.includes(user)) announce('assigned', user);
}

export function setLocked(
  world: World,
  caller: Caller,
  issue: Issue,
  locked: boolean,
  reason: string | null,
): void {
  demandWrite(caller, issue);
  issue.locked = locked;
  issue.lockReason = locked ? reason : null;
  touch(world, issue);
  announceIssue(world, caller, issue, locked ? 'locked' : 'unlocked');
}

export function deleteIssue(world: World, caller: Caller, issue: Issue): void {
  if (!hasRole(caller, issue.repo, 'admin')) throw forbidden('Must have admin rights to Repository.');
  announceIssue(world, caller, issue, 'deleted');
  issue.deleted = true;
}

/** The issue goes on under a new number and new ids; the old one redirects. */
export function transferIssue(world: World, caller: Caller, issue: Issue, target: Repo): Issue {
  demandWrite(caller, issue);
  const moved = makeIssue(world, { ...caller, user: issue.author, app: issue.app }, target, issue);
  moved.comments = issue.comments.map((comment) => ({ ...comment, issue: moved }));
  // Labels travel only where the target has one of the same name.
  moved.labels = issue.labels.flatMap((label) => labelNamed(target, label.name) ?? []);
  issue.movedTo = moved;
  const changes = {
    new_issue: issueShape(world, moved),
    new_repository: repositoryShape(world, target),
  };
  announceIssue(world, caller, issue, 'transferred', { changes });
  return moved;
}

/** The issue of a number, or GitHub's answer for one that is gone or has moved. */
export function issueOf(world: World, repo: Repo, number: number): Issue {
  const issue = repo.issues.get(number);
  if (issue === undefined) throw notFound();
  if (issue.deleted) throw new Refusal(410, 'This issue was deleted');
  if (issue.movedTo !== null) {
    const { repo: target, number: id } = issue.movedTo;
    const url = `${world.url}/api/v3/repositories/${target.id}/issues/${id}`;
    throw new Refusal(301, 'Moved Permanently', [], { location: url }, { url });
  }
  return issue;
}

/** Whether anybody may still add a comment: a locked conversation is for collaborators with write access. */
export function demandUnlocked(caller: Caller, issue: Issue): void {
  if (issue.locked && !hasRole(caller, issue.repo, 'write'))
    throw forbidden('Unable to create comment because issue is locked.');
}

function demandAuthorOrTriage(caller: Caller, issue: Issue): void {
  if (caller.user?.id === issue.author.id || hasRole(caller, issue.repo, 'triage')) return;
  throw forbidden('Must have admin rights to Repository.');
}

function demandWrite(caller: Caller, issue: Issue): void {
  if (!hasRole(caller, issue.repo, 'write')) throw forbidden('Must have admin rights to Repository.');
}
