/**
 * Looks for what no webhook told: issues that carry the request's label, and items whose issue, pull request or
 * repository is not what it was. Runs at start and every few minutes; what it finds goes the way of a webhook.
 */
import { type Item, isUnderWay, type Repo } from '../core/item.ts';
import type { SignalBody, Subject } from '../core/signal.ts';
import type { Octokit } from '../github/client.ts';
import { githubFailure } from '../github/failures.ts';
import { mayWrite } from '../github/people.ts';
import { findRepo } from '../github/repository.ts';
import {
  bodyEditors,
  type Labelling,
  labelledIssues,
  lastLabelling,
  listInstallations,
  listRepos,
  readIssue,
  readPull,
} from '../github/scanning.ts';
import { hasOpenEffects } from '../store/effects.ts';
import { itemByNode, itemsIn } from '../store/items.ts';
import { repoById } from '../store/repos.ts';
import type { Context } from './context.ts';
import { isListed } from './intake/asking.ts';
import type { Intake } from './intake.ts';
import { currentPolicy, type InForce } from './policies.ts';

/** An installation that cannot be asked now is left for the next scan, and so is everything in it. */
export async function scan(context: Context, intake: Intake): Promise<void> {
  // Read before looking: what is asked for while we look is not missing from an older list.
  const items = await activeItems(context);
  const installations = await patiently(context, async () => listInstallations(await context.authenticate()));
  if (!installations) return;
  const reached = new Map<number, Repo>();
  const unheard = new Set<number>();
  for (const installation of installations) {
    const found = await patiently(context, async () => {
      const repos = await listRepos(await context.authenticate(installation), installation);
      for (const repo of repos) reached.set(repo.id, repo);
      for (const repo of repos) await scanRepo(context, intake, repo);
      return repos;
    });
    if (!found) unheard.add(installation);
  }
  for (const item of items.filter(({ repo }) => !unheard.has(repo.installation))) {
    const repo = reached.get(item.repo.id);
    const known = installations.includes(item.repo.installation);
    await patiently(context, () =>
      repo ? scanItem(context, intake, item, repo) : missItem(context, intake, item, known),
    );
  }
  context.log.debug({ repositories: reached.size, unheard: [...unheard] }, 'scanned');
}

async function patiently<T>(context: Context, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const reason = githubFailure(error)?.reason;
    context.log.warn(
      reason ? { reason } : { err: error },
      'a part of the scan was broken off until the next one',
    );
    return undefined;
  }
}

async function scanRepo(context: Context, intake: Intake, repo: Repo): Promise<void> {
  const known = (await repoById(context.db, repo.id))?.policy;
  const inForce = known ? { policy: known } : await currentPolicy(context, repo);
  const octokit = await context.authenticate(repo.installation);
  for (const subject of await labelledIssues(octokit, repo, inForce.policy.label)) {
    await patiently(context, () => scanIssue({ context, intake, repo, inForce, octokit }, subject));
  }
}

interface Look {
  context: Context;
  intake: Intake;
  repo: Repo;
  inForce: InForce;
  octokit: Octokit;
}

/** A label counts by who put it on; the cause names that act, so that two scans are one. */
async function scanIssue(look: Look, subject: Subject): Promise<void> {
  const { context, intake, repo, inForce, octokit } = look;
  const { label } = inForce.policy;
  const item = await itemByNode(context.db, context.settings.github.host, subject.nodeId);
  // What is still to be sent may be taking this very label off.
  if (item && (await hasOpenEffects(context.db, item.id))) return;
  const act = await lastLabelling(octokit, repo, subject.number, label);
  if (!act || isAnswered(item, act)) return;
  const editedBy = await strangerWhoEdited(look, subject, act);
  context.log.info({ repo: `${repo.owner}/${repo.name}`, issue: subject.number }, 'found by the scan');
  const signal: SignalBody = {
    type: 'label_added',
    label,
    subject,
    by: act.by,
    ...(editedBy === undefined ? {} : { editedBy }),
  };
  await intake.heard(`scan/${subject.nodeId}/${act.id}`, repo, [signal]);
}

/** GitHub's times are whole seconds. */
function isAnswered(item: Item | undefined, act: Labelling): boolean {
  return item?.request !== undefined && item.request.at >= act.at;
}

/** The login of somebody who may not ask and changed the text after the label was put on. */
async function strangerWhoEdited(
  { octokit, repo, inForce }: Look,
  { number }: Subject,
  { at, by, renamers }: Labelling,
): Promise<string | undefined> {
  for (const editor of [...renamers, ...(await bodyEditors(octokit, repo, number, at))]) {
    if (!editor) return 'ghost';
    if (editor.login === by.login) continue;
    const may = editor.bot ? isListed(editor, inForce) : await mayWrite(octokit, repo, editor);
    if (!may) return editor.login;
  }
  return undefined;
}

async function activeItems({ db }: Context): Promise<Item[]> {
  const statuses = ['ready', 'claimed', 'in_progress', 'review'] as const;
  return (await Promise.all(statuses.map((status) => itemsIn(db, status)))).flat();
}

/** Lists are read page by page, so a repository that is missing from one is asked for by itself. */
async function missItem(context: Context, intake: Intake, item: Item, installed: boolean): Promise<void> {
  if (!isUnderWay(item)) return;
  const { id, repo } = item;
  const found = installed ? await findRepo(await context.authenticate(repo.installation), repo) : undefined;
  if (found && !found.archived) return;
  const reason = 'The repository was deleted or archived, or is out of the reach of the App.';
  await intake.lost(`scan/${id}/${context.now()}`, [
    { installation: repo.installation, repos: [repo.id], reason },
  ]);
}

async function scanItem(context: Context, intake: Intake, item: Item, repo: Repo): Promise<void> {
  const octokit = await context.authenticate(repo.installation);
  const found = [
    ...(await endOfIssue(octokit, repo, item)),
    ...(await endOfPull(octokit, repo, item.change?.pull?.number)),
  ];
  const id = `scan/${item.id}/${context.now()}`;
  await intake.moved(id, repo);
  if (found.length > 0) await intake.heard(id, repo, found);
}

/** An issue that moved elsewhere answers as another one. */
async function endOfIssue(octokit: Octokit, repo: Repo, item: Item): Promise<SignalBody[]> {
  const issue = await readIssue(octokit, repo, item.number);
  if (issue?.subject.nodeId !== item.nodeId) {
    return [{ type: 'issue_gone', subject: { ...nothing, nodeId: item.nodeId, number: item.number } }];
  }
  if (issue.subject.open) return item.closed ? [{ type: 'issue_reopened', subject: issue.subject }] : [];
  return item.closed ? [] : [{ type: 'issue_closed', reason: issue.closedAs, subject: issue.subject }];
}

/** What is left to say of an issue that is gone. */
const nothing = { isPull: false, title: '', body: null, labels: [], url: '', open: false };

async function endOfPull(octokit: Octokit, repo: Repo, number: number | undefined): Promise<SignalBody[]> {
  if (number === undefined) return [];
  const pull = await readPull(octokit, repo, number);
  return pull && pull.state !== 'open' ? [{ type: 'pull_changed', number, ...pull }] : [];
}
