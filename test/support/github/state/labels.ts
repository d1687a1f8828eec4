/** Labels: of a repository, and on an issue or pull request. */
import { hasRole } from '../access.ts';
import { forbidden, invalid, notFound } from '../failure.ts';
import type { Caller, Issue, Label, Repo } from '../model.ts';
import { labelShape } from '../shapes/labels.ts';
import type { World } from '../world.ts';
import { announceIssue, touch } from './issue-events.ts';
import { noteEvent } from './timeline.ts';

const MAX_NAME = 50;
const MAX_DESCRIPTION = 100;
const MAX_PER_ISSUE = 100;

const DEFAULTS: readonly (readonly [string, string, string])[] = [
  ['bug', 'd73a4a', "Something isn't working"],
  ['documentation', '0075ca', 'Improvements or additions to documentation'],
  ['enhancement', 'a2eeef', 'New feature or request'],
  ['good first issue', '7057ff', 'Good for newcomers'],
];

export const defaultLabels = (world: World): Label[] =>
  DEFAULTS.map(([name, color, description]) => makeLabel(world, name, color, description));

const makeLabel = (world: World, name: string, color: string, description: string | null): Label => ({
  id: world.ids.next(),
  nodeId: world.ids.node('LA'),
  name,
  color,
  description,
});

/** Label names compare without case, as on GitHub. */
export const labelNamed = (repo: Repo, name: string): Label | undefined =>
  repo.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());

export function createLabel(
  world: World,
  repo: Repo,
  input: { name: string; color?: string | undefined; description?: string | null | undefined },
): Label {
  checkName(input.name);
  if ((input.description?.length ?? 0) > MAX_DESCRIPTION)
    throw invalid({ resource: 'Label', code: 'invalid', field: 'description' });
  if (input.color !== undefined && !/^[0-9a-f]{6}$/i.test(input.color))
    throw invalid({ resource: 'Label', code: 'invalid', field: 'color' });
  if (labelNamed(repo, input.name) !== undefined)
    throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
  const label = makeLabel(world, input.name, input.color ?? 'ededed', input.description ?? null);
  repo.labels.push(label);
  return label;
}

function checkName(name: string): void {
  if (name.trim() === '') throw invalid({ resource: 'Label', code: 'missing_field', field: 'name' });
  if ([...name].length > MAX_NAME)
    throw invalid({
      resource: 'Label',
      code: 'invalid',
      field: 'name',
      message: 'name is too long (maximum is 50 characters)',
    });
}

/** Labels are made on first use, with a neutral colour. */
export function addLabels(world: World, caller: Caller, issue: Issue, names: readonly string[]): void {
  demandTriage(caller, issue);
  const fresh = names.map((name) => labelNamed(issue.repo, name) ?? createLabel(world, issue.repo, { name }));
  const added = fresh.filter(
    (label, index) => !issue.labels.includes(label) && fresh.indexOf(label) === index,
  );
  if (issue.labels.length + added.length > MAX_PER_ISSUE)
    throw invalid({ resource: 'Issue', code: 'invalid', field: 'labels' });
  for (const label of added) {
    issue.labels.push(label);
    touch(world, issue);
    noteEvent(world, caller, issue, { event: 'labeled', label: { name: label.name, color: label.color } });
    announceIssue(world, caller, issue, 'labeled', { label: labelShape(world, issue.repo, label) });
  }
}

export function removeLabel(world: World, caller: Caller, issue: Issue, name: string): void {
  demandTriage(caller, issue);
  const label = issue.labels.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (label === undefined) throw notFoundLabel();
  issue.labels = issue.labels.filter((each) => each !== label);
  touch(world, issue);
  noteEvent(world, caller, issue, { event: 'unlabeled', label: { name: label.name, color: label.color } });
  announceIssue(world, caller, issue, 'unlabeled', { label: labelShape(world, issue.repo, label) });
}

/** Replaces the whole set; only differences are announced. */
export function setLabels(world: World, caller: Caller, issue: Issue, names: readonly string[]): void {
  demandTriage(caller, issue);
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  for (const label of [...issue.labels])
    if (!wanted.has(label.name.toLowerCase())) removeLabel(world, caller, issue, label.name);
  addLabels(world, caller, issue, names);
}

/** Takes a label away from the repository, and with it from every issue. */
export function deleteLabel(repo: Repo, name: string): void {
  const label = labelNamed(repo, name);
  if (label === undefined) throw notFound();
  repo.labels = repo.labels.filter((each) => each !== label);
  for (const issue of repo.issues.values()) issue.labels = issue.labels.filter((each) => each !== label);
}

const notFoundLabel = () => {
  const refusal = notFound();
  refusal.message = 'Label does not exist';
  return refusal;
};

function demandTriage(caller: Caller, issue: Issue): void {
  if (!hasRole(caller, issue.repo, 'triage')) throw forbidden('Must have triage rights to Repository.');
}
