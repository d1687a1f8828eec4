/** What hangs together: sub-issues with their parent, and issues that block others. */
import { invalidBecause, notFound } from '../failure.ts';
import type { Issue } from '../model.ts';
import { allIssues, type World } from '../world.ts';

const MAX_SUB_ISSUES = 100;
const MAX_BLOCKERS = 50;

export function issueById(world: World, id: number): Issue {
  for (const issue of allIssues(world))
    if (issue.id === id && !issue.deleted && issue.pull === null) return issue;
  throw notFound();
}

export function addSubIssue(parent: Issue, child: Issue, replaceParent = false): void {
  if (child === parent) throw invalidBecause('Issue', 'An issue cannot be its own sub-issue', 'sub_issue_id');
  if (child.parent !== null && !replaceParent)
    throw invalidBecause('Issue', 'Sub issue may only have one parent', 'sub_issue_id');
  if (parent.subIssues.length >= MAX_SUB_ISSUES)
    throw invalidBecause('Issue', 'Parent cannot have more than 100 sub-issues', 'sub_issue_id');
  for (let above = parent.parent; above !== null; above = above.parent)
    if (above === child) throw invalidBecause('Issue', 'Sub issue cannot be an ancestor', 'sub_issue_id');
  if (child.parent !== null) removeSubIssue(child.parent, child);
  parent.subIssues.push(child);
  child.parent = parent;
}

export function removeSubIssue(parent: Issue, child: Issue): void {
  if (child.parent !== parent) throw notFound();
  parent.subIssues = parent.subIssues.filter((each) => each !== child);
  child.parent = null;
}

export function addBlocker(issue: Issue, blocker: Issue): void {
  if (blocker === issue) throw invalidBecause('IssueDependency', 'An issue cannot block itself', 'issue_id');
  if (issue.blockedBy.includes(blocker))
    throw invalidBecause('IssueDependency', 'Target issue has already been taken', 'issue_id');
  if (blocker.blockedBy.includes(issue))
    throw invalidBecause('IssueDependency', 'Dependency would create a cycle', 'issue_id');
  if (issue.blockedBy.length >= MAX_BLOCKERS)
    throw invalidBecause('IssueDependency', 'An issue can be blocked by at most 50 issues', 'issue_id');
  issue.blockedBy.push(blocker);
}

export function removeBlocker(issue: Issue, blocker: Issue): void {
  if (!issue.blockedBy.includes(blocker)) throw notFound();
  issue.blockedBy = issue.blockedBy.filter((each) => each !== blocker);
}

export function blockedOf(world: World, blocker: Issue): Issue[] {
  return [...allIssues(world)].filter((issue) => !issue.deleted && issue.blockedBy.includes(blocker));
}
