/** GitHub issues as a board: reactions, comments and labels. */
import type { Item, Origin } from '#src/core/item.ts';
import type { Authenticate, Octokit } from '#src/github/client.ts';
import { statusOf } from '#src/github/failures.ts';
import type { Board } from '../board.ts';

export function createGitHubBoard(authenticate: Authenticate, appId: number): Board {
  return {
    react: async (item, origin, content) => {
      const octokit = await authenticate(item.repo.installation);
      await react(octokit, item, origin, content);
    },
    putComment: async (item, at, body, marker, known, search) => {
      const octokit = await authenticate(item.repo.installation);
      const place = { owner: item.repo.owner, repo: item.repo.name };
      const id = known ?? (search ? await findComment(octokit, place, at, marker, appId) : undefined);
      if (id !== undefined && (await updateComment(octokit, place, id, body))) return id;
      const { data } = await octokit.rest.issues.createComment({ ...place, issue_number: at, body });
      return data.id;
    },
    setLabels: async (item, wanted, managed) => {
      const octokit = await authenticate(item.repo.installation);
      await setLabels(octokit, item, wanted, managed);
    },
  };
}

async function react(octokit: Octokit, item: Item, origin: Origin, content: 'eyes' | 'rocket' | 'confused') {
  const place = { owner: item.repo.owner, repo: item.repo.name, content };
  if (origin.comment === undefined) {
    await octokit.rest.reactions.createForIssue({ ...place, issue_number: origin.number });
  } else {
    await octokit.rest.reactions.createForIssueComment({ ...place, comment_id: origin.comment });
  }
}

/** A comment is ours when it carries the marker and this App wrote it: the marker alone can be pasted by anybody. */
async function findComment(
  octokit: Octokit,
  place: { owner: string; repo: string },
  at: number,
  marker: string,
  appId: number,
): Promise<number | undefined> {
  const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    ...place,
    issue_number: at,
    per_page: 100,
  });
  for await (const { data } of pages) {
    const ours = data.find((one) => one.body?.includes(marker) && one.performed_via_github_app?.id === appId);
    if (ours) return ours.id;
  }
  return undefined;
}

/** False when the comment is gone, so that it is made anew. */
async function updateComment(
  octokit: Octokit,
  place: { owner: string; repo: string },
  id: number,
  body: string,
): Promise<boolean> {
  try {
    await octokit.rest.issues.updateComment({ ...place, comment_id: id, body });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** Reads first: labels that are right already cost no write, and people's own labels are never touched. */
async function setLabels(octokit: Octokit, item: Item, wanted: string[], managed: string[]): Promise<void> {
  const place = { owner: item.repo.owner, repo: item.repo.name, issue_number: item.number };
  const { data } = await octokit.rest.issues.listLabelsOnIssue({ ...place, per_page: 100 });
  const present = new Set(data.map((label) => label.name));
  const missing = wanted.filter((label) => !present.has(label));
  if (missing.length > 0) await octokit.rest.issues.addLabels({ ...place, labels: missing });
  for (const name of managed.filter((label) => present.has(label) && !wanted.includes(label))) {
    await octokit.rest.issues.removeLabel({ ...place, name }).catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error;
    });
  }
}
