/** Sub-issues, parents, and dependencies between issues. */
import { canSee, demandRole } from '../../access.ts';
import { notFound } from '../../failure.ts';
import type { Issue } from '../../model.ts';
import { issueShape } from '../../shapes/issues.ts';
import {
  addBlocker,
  addSubIssue,
  blockedOf,
  issueById,
  removeBlocker,
  removeSubIssue,
} from '../../state/relations.ts';
import { type Call, created, input, issueAt, number, ok, page, type Route, route } from '../route.ts';

const BASE = '/repos/{owner}/{repo}/issues/{issue_number}';

/** Issues of repositories the caller cannot see are left out of lists. */
const visible = (call: Call, issues: readonly Issue[]): Issue[] =>
  issues.filter((issue) => canSee(issue.repo, call.caller) && !issue.deleted);

function target(call: Call, id: number): Issue {
  const issue = issueById(call.world, id);
  if (!canSee(issue.repo, call.caller)) throw notFound();
  return issue;
}

function triaged(call: Call): Issue {
  const issue = issueAt(call, 'write');
  demandRole(call.caller, issue.repo, 'triage');
  return issue;
}

export const relationRoutes: readonly Route[] = [
  route('GET', `${BASE}/sub_issues`, (call) =>
    page(call, visible(call, issueAt(call, 'read').subIssues), (each) => issueShape(call.world, each)),
  ),
  route('POST', `${BASE}/sub_issues`, (call) => {
    const parent = triaged(call);
    const { sub_issue_id, replace_parent } = input<{ sub_issue_id: number; replace_parent?: boolean }>(call);
    addSubIssue(parent, target(call, sub_issue_id), replace_parent);
    return created(issueShape(call.world, parent));
  }),
  route('DELETE', `${BASE}/sub_issue`, (call) => {
    const parent = triaged(call);
    removeSubIssue(parent, target(call, input<{ sub_issue_id: number }>(call).sub_issue_id));
    return ok(issueShape(call.world, parent));
  }),
  route('GET', `${BASE}/parent`, (call) => {
    const { parent } = issueAt(call, 'read');
    if (parent === null || !canSee(parent.repo, call.caller)) throw notFound();
    return ok(issueShape(call.world, parent));
  }),
  route('GET', `${BASE}/dependencies/blocked_by`, (call) =>
    page(call, visible(call, issueAt(call, 'read').blockedBy), (each) => issueShape(call.world, each)),
  ),
  route('POST', `${BASE}/dependencies/blocked_by`, (call) => {
    const issue = triaged(call);
    addBlocker(issue, target(call, input<{ issue_id: number }>(call).issue_id));
    return created(issueShape(call.world, issue));
  }),
  route('DELETE', `${BASE}/dependencies/blocked_by/{issue_id}`, (call) => {
    const issue = triaged(call);
    removeBlocker(issue, target(call, number(call, 'issue_id')));
    return ok(issueShape(call.world, issue));
  }),
  route('GET', `${BASE}/dependencies/blocking`, (call) =>
    page(call, visible(call, blockedOf(call.world, issueAt(call, 'read'))), (each) =>
      issueShape(call.world, each),
    ),
  ),
];
