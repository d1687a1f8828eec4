/** A person at work: everything someone does on GitHub's pages, through the same rules as the API. */
import type { Files } from '../git/repository.ts';
import { resolveCommit, writeCommit } from '../git/repository.ts';
import type {
  Caller,
  CheckRun,
  Comment,
  Issue,
  Pull,
  ReactionContent,
  Review,
  ReviewComment,
  User,
} from '../model.ts';
import { createCheckRun, requestAction, rerequestCheck } from '../state/checks.ts';
import { createComment, deleteComment, editComment } from '../state/comments.ts';
import {
  deleteIssue,
  type NewIssue,
  openIssue,
  setLocked,
  transferIssue,
  updateIssue,
} from '../state/issues.ts';
import { addLabels, removeLabel } from '../state/labels.ts';
import { type MergeInput, mergePull } from '../state/merging.ts';
import { type NewPull, openPull, setDraft, updatePull } from '../state/pulls.ts';
import { react } from '../state/reactions.ts';
import { moveRef, removeRef } from '../state/refs.ts';
import { addBlocker, addSubIssue } from '../state/relations.ts';
import {
  createReview,
  createReviewComment,
  type InlineComment,
  type NewReview,
  requestReviewers,
} from '../state/reviews.ts';
import { callerFor, ensureUser, identityOf } from '../state/users.ts';
import { inTurn, repoNamed, type World } from '../world.ts';
import { find } from './find.ts';

/** Repositories are named `owner/name`, issues and pull requests by number, comments and checks by id. */
export interface Actor {
  readonly user: User;
  openIssue(repo: string, input: NewIssue): Issue;
  editIssue(repo: string, number: number, changes: { title?: string; body?: string | null }): Issue;
  closeIssue(repo: string, number: number, reason?: 'completed' | 'not_planned' | 'duplicate'): Issue;
  reopenIssue(repo: string, number: number): Issue;
  deleteIssue(repo: string, number: number): void;
  transferIssue(repo: string, number: number, target: string): Issue;
  lock(repo: string, number: number): void;
  unlock(repo: string, number: number): void;
  assign(repo: string, number: number, ...logins: string[]): Issue;
  label(repo: string, number: number, ...names: string[]): void;
  unlabel(repo: string, number: number, name: string): void;
  comment(repo: string, number: number, body: string): Comment;
  editComment(repo: string, id: number, body: string): Comment;
  deleteComment(repo: string, id: number): void;
  react(repo: string, number: number, content: ReactionContent): void;
  addSubIssue(parent: Issue, child: Issue): void;
  blockBy(issue: Issue, blocker: Issue): void;
  /** Commits `files` on top of the branch (made from the default branch when new) and answers the SHA. */
  push(repo: string, branch: string, files: Files, message?: string): Promise<string>;
  /** Replaces the branch's commits since it left the default branch: a force push. */
  forcePush(repo: string, branch: string, files: Files, message?: string): Promise<string>;
  deleteBranch(repo: string, branch: string): Promise<void>;
  openPull(repo: string, input: NewPull): Promise<Pull>;
  editPull(
    repo: string,
    number: number,
    changes: { title?: string; body?: string; base?: string },
  ): Promise<Pull>;
  closePull(repo: string, number: number): Promise<Pull>;
  reopenPull(repo: string, number: number): Promise<Pull>;
  mergePull(repo: string, number: number, input?: MergeInput): Promise<string>;
  markReady(repo: string, number: number): Pull;
  convertToDraft(repo: string, number: number): Pull;
  requestReview(repo: string, number: number, ...logins: string[]): void;
  review(repo: string, number: number, input: NewReview): Promise<Review>;
  reviewComment(repo: string, number: number, input: InlineComment): Promise<ReviewComment>;
  /** A check run of a CI app, `github-actions` unless named: what a build reports. */
  reportCheck(repo: string, sha: string, input: CheckReport): Promise<CheckRun>;
  rerequestCheck(repo: string, checkRunId: number): void;
  requestAction(repo: string, checkRunId: number, identifier: string): void;
}

export interface CheckReport {
  readonly name: string;
  readonly conclusion?: string;
  readonly status?: string;
  readonly summary?: string;
}

export function createActor(world: World, login: string): Actor {
  const user = ensureUser(world, login);
  const as: Caller = callerFor(user);
  const { issueOf, pullOf, commentOf, runOf } = find(world);

  const change = (repo: string, number: number, changes: Parameters<typeof updateIssue>[3]): Issue => {
    const issue = issueOf(repo, number);
    updateIssue(world, as, issue, changes);
    return issue;
  };
  const changePull = async (repo: string, number: number, changes: Parameters<typeof updatePull>[3]) => {
    const pull = pullOf(repo, number);
    await updatePull(world, as, pull, changes);
    return pull;
  };
  const draft = (repo: string, number: number, value: boolean): Pull => {
    const pull = pullOf(repo, number);
    setDraft(world, as, pull, value);
    return pull;
  };

  return {
    user,
    openIssue: (repo, input) => openIssue(world, as, repoNamed(world, repo), input),
    editIssue: change,
    closeIssue: (repo, number, reason = 'completed') =>
      change(repo, number, { state: 'closed', stateReason: reason }),
    reopenIssue: (repo, number) => change(repo, number, { state: 'open' }),
    deleteIssue: (repo, number) => deleteIssue(world, as, issueOf(repo, number)),
    transferIssue: (repo, number, target) =>
      transferIssue(world, as, issueOf(repo, number), repoNamed(world, target)),
    lock: (repo, number) => setLocked(world, as, issueOf(repo, number), true, null),
    unlock: (repo, number) => setLocked(world, as, issueOf(repo, number), false, null),
    assign: (repo, number, ...logins) => change(repo, number, { assignees: logins }),
    label: (repo, number, ...names) => addLabels(world, as, issueOf(repo, number), names),
    unlabel: (repo, number, name) => removeLabel(world, as, issueOf(repo, number), name),
    comment: (repo, number, body) => createComment(world, as, issueOf(repo, number), body),
    editComment(repo, id, body) {
      const comment = commentOf(repo, id);
      editComment(world, as, comment, body);
      return comment;
    },
    deleteComment: (repo, id) => deleteComment(world, as, commentOf(repo, id)),
    react: (repo, number, content) => void react(world, as, issueOf(repo, number), content),
    addSubIssue: (parent, child) => addSubIssue(parent, child),
    blockBy: (issue, blocker) => addBlocker(issue, blocker),
    push: (repo, branch, files, message) =>
      pushFiles(world, as, { repo, branch, files, message, force: false }),
    forcePush: (repo, branch, files, message) =>
      pushFiles(world, as, { repo, branch, files, message, force: true }),
    deleteBranch: (name, branch) => {
      const repo = repoNamed(world, name);
      return inTurn(repo, () => removeRef(world, as, repo, `refs/heads/${branch}`));
    },
    openPull: (name, input) => {
      const repo = repoNamed(world, name);
      return inTurn(repo, () => openPull(world, as, repo, input));
    },
    editPull: changePull,
    closePull: (repo, number) => changePull(repo, number, { state: 'closed' }),
    reopenPull: (repo, number) => changePull(repo, number, { state: 'open' }),
    mergePull: (repo, number, input = {}) =>
      inTurn(repoNamed(world, repo), () => mergePull(world, as, pullOf(repo, number), input)),
    markReady: (repo, number) => draft(repo, number, false),
    convertToDraft: (repo, number) => draft(repo, number, true),
    requestReview: (repo, number, ...logins) =>
      requestReviewers(
        world,
        as,
        pullOf(repo, number),
        logins.map((each) => ensureUser(world, each)),
      ),
    review: (repo, number, input) => createReview(world, as, pullOf(repo, number), input),
    reviewComment(repo, number, input) {
      const pull = pullOf(repo, number);
      return createReviewComment(world, as, pull, { ...input, commitSha: pull.headSha });
    },
    reportCheck(name, sha, { summary, ...input }) {
      const app = world.apps.find((each) => each.slug === 'github-actions') ?? null;
      const caller = { user: app?.bot ?? user, app, token: null };
      const output = summary === undefined ? {} : { output: { title: input.name, summary } };
      return createCheckRun(world, caller, repoNamed(world, name), { ...input, ...output, head_sha: sha });
    },
    rerequestCheck: (repo, id) => rerequestCheck(world, as, runOf(repo, id)),
    requestAction: (repo, id, identifier) => requestAction(world, as, runOf(repo, id), identifier),
  };
}

function pushFiles(
  world: World,
  as: Caller,
  input: { repo: string; branch: string; files: Files; message: string | undefined; force: boolean },
): Promise<string> {
  const repo = repoNamed(world, input.repo);
  return inTurn(repo, async () => {
    const ref = `refs/heads/${input.branch}`;
    const before = await resolveCommit(world.git, repo.dir, ref);
    const trunk = await resolveCommit(world.git, repo.dir, `refs/heads/${repo.defaultBranch}`);
    const sha = await writeCommit(world.git, repo.dir, {
      parent: input.force ? trunk : (before ?? trunk),
      files: input.files,
      message: input.message ?? `Change ${Object.keys(input.files).join(', ')}`,
      author: identityOf(world, as),
    });
    await moveRef(world, as, repo, { ref, before, after: sha, force: input.force });
    return sha;
  });
}
