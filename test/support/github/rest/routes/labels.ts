/** Labels of a repository and of an issue. */
import { demandRole } from '../../access.ts';
import { notFound } from '../../failure.ts';
import { labelShape } from '../../shapes/labels.ts';
import {
  addLabels,
  createLabel,
  deleteLabel,
  labelNamed,
  removeLabel,
  setLabels,
} from '../../state/labels.ts';
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
  text,
} from '../route.ts';

type LabelsBody = { labels?: (string | { name: string })[]; items?: (string | { name: string })[] };

/** GitHub takes `{labels: […]}` as well as a bare list. */
function wanted(call: Call): string[] {
  const { labels, items } = input<LabelsBody>(call);
  return (labels ?? items ?? []).map((label) => (typeof label === 'string' ? label : label.name));
}

function issueLabels(call: Call, level: 'read' | 'write') {
  const issue = issueAt(call, level);
  const shapes = () => issue.labels.map((label) => labelShape(call.world, issue.repo, label));
  return { issue, shapes };
}

export const labelRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/labels', (call) => {
    const repo = repoOf(call, ['issues', 'read'], ['pull_requests', 'read']);
    return page(call, repo.labels, (label) => labelShape(call.world, repo, label));
  }),
  route('POST', '/repos/{owner}/{repo}/labels', (call) => {
    const repo = repoOf(call, ['issues', 'write'], ['pull_requests', 'write']);
    demandRole(call.caller, repo, 'write');
    const label = createLabel(
      call.world,
      repo,
      input<{ name: string; color?: string; description?: string }>(call),
    );
    return created(labelShape(call.world, repo, label));
  }),
  route('GET', '/repos/{owner}/{repo}/labels/{name}', (call) => {
    const repo = repoOf(call, ['issues', 'read'], ['pull_requests', 'read']);
    const label = labelNamed(repo, text(call, 'name'));
    if (label === undefined) throw notFound();
    return ok(labelShape(call.world, repo, label));
  }),
  route('DELETE', '/repos/{owner}/{repo}/labels/{name}', (call) => {
    const repo = repoOf(call, ['issues', 'write'], ['pull_requests', 'write']);
    demandRole(call.caller, repo, 'write');
    deleteLabel(repo, text(call, 'name'));
    return noContent;
  }),
  route('GET', '/repos/{owner}/{repo}/issues/{issue_number}/labels', (call) => {
    const { issue } = issueLabels(call, 'read');
    return page(call, issue.labels, (label) => labelShape(call.world, issue.repo, label));
  }),
  route('POST', '/repos/{owner}/{repo}/issues/{issue_number}/labels', (call) => {
    const { issue, shapes } = issueLabels(call, 'write');
    addLabels(call.world, call.caller, issue, wanted(call));
    return ok(shapes());
  }),
  route('PUT', '/repos/{owner}/{repo}/issues/{issue_number}/labels', (call) => {
    const { issue, shapes } = issueLabels(call, 'write');
    setLabels(call.world, call.caller, issue, wanted(call));
    return ok(shapes());
  }),
  route('DELETE', '/repos/{owner}/{repo}/issues/{issue_number}/labels', (call) => {
    const { issue } = issueLabels(call, 'write');
    setLabels(call.world, call.caller, issue, []);
    return noContent;
  }),
  route('DELETE', '/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', (call) => {
    const { issue, shapes } = issueLabels(call, 'write');
    removeLabel(call.world, call.caller, issue, text(call, 'name'));
    return ok(shapes());
  }),
];
