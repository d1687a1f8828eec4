/** Issues: listing, reading, opening, changing, locking. */
import type { Issue } from '../../model.ts';
import { issueShape } from '../../shapes/issues.ts';
import { openIssue, setLocked, updateIssue } from '../../state/issues.ts';
import {
  type Call,
  created,
  input,
  issueAt,
  noContent,
  ok,
  page,
  type Route,
  repoOf,
  route,
} from '../route.ts';

type LabelInput = string | { name?: string };

const names = (labels: readonly LabelInput[] | undefined): string[] | undefined =>
  labels?.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? [])));

function listed(call: Call, issues: Iterable<Issue>): Issue[] {
  const { query } = call;
  const state = query['state'] ?? 'open';
  const labels = String(query['labels'] ?? '')
    .split(',')
    .filter(Boolean);
  const since = query['since'] === undefined ? 0 : Date.parse(String(query['since']));
  const field = query['sort'] === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = query['direction'] === 'asc' ? 1 : -1;
  return [...issues]
    .filter((issue) => !issue.deleted && issue.movedTo === null)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => labels.every((name) => issue.labels.some((label) => label.name === name)))
    .filter((issue) => query['creator'] === undefined || issue.author.login === query['creator'])
    .filter((issue) => query['assignee'] === undefined || hasAssignee(issue, String(query['assignee'])))
    .filter((issue) => Date.parse(issue.updatedAt) >= since)
    .toSorted((a, b) => sign * (a[field].localeCompare(b[field]) || a.number - b.number));
}

function hasAssignee(issue: Issue, wanted: string): boolean {
  if (wanted === 'none') return issue.assignees.length === 0;
  return wanted === '*' ? issue.assignees.length > 0 : issue.assignees.some((user) => user.login === wanted);
}

interface IssueBody {
  title?: string | number | null;
  body?: string | null;
  labels?: LabelInput[];
  assignees?: string[];
  state?: 'open' | 'closed';
  state_reason?: Issue['stateReason'];
}

export const issueRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/issues', (call) => {
    const repo = repoOf(call, ['issues', 'read']);
    return page(call, listed(call, repo.issues.values()), (issue) => issueShape(call.world, issue));
  }),
  route('POST', '/repos/{owner}/{repo}/issues', (call) => {
    const repo = repoOf(call, ['issues', 'write']);
    const { title, body, labels, assignees } = input<IssueBody>(call);
    const issue = openIssue(call.world, call.caller, repo, {
      title: String(title),
      body,
      labels: names(labels),
      assignees,
    });
    return created(issueShape(call.world, issue));
  }),
  route('GET', '/repos/{owner}/{repo}/issues/{issue_number}', (call) =>
    ok(issueShape(call.world, issueAt(call, 'read'))),
  ),
  route('PATCH', '/repos/{owner}/{repo}/issues/{issue_number}', (call) => {
    const issue = issueAt(call, 'write');
    const { title, body, labels, assignees, state, state_reason } = input<IssueBody>(call);
    updateIssue(call.world, call.caller, issue, {
      title: title === undefined || title === null ? undefined : String(title),
      body,
      labels: names(labels),
      assignees,
      state,
      stateReason: state_reason,
    });
    return ok(issueShape(call.world, issue));
  }),
  route('PUT', '/repos/{owner}/{repo}/issues/{issue_number}/lock', (call) => {
    const reason = input<{ lock_reason?: string } | null>(call)?.lock_reason ?? null;
    setLocked(call.world, call.caller, issueAt(call, 'write'), true, reason);
    return noContent;
  }),
  route('DELETE', '/repos/{owner}/{repo}/issues/{issue_number}/lock', (call) => {
    setLocked(call.world, call.caller, issueAt(call, 'write'), false, null);
    return noContent;
  }),
];
