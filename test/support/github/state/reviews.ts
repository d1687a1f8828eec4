/** Reviews of pull requests, their inline comments, and who is asked for one. */
import { hasRole } from '../access.ts';
import { forbidden, invalidBecause, notFound, Refusal } from '../failure.ts';
import { type FileChange, findInPatch, lineAtPosition } from '../git/diff.ts';
import type { Caller, Pull, Review, ReviewComment, User } from '../model.ts';
import { pullShape } from '../shapes/pulls.ts';
import { reviewCommentShape, reviewShape } from '../shapes/reviews.ts';
import { userShape } from '../shapes/users.ts';
import { actor, now, type World } from '../world.ts';
import { announceIssue } from './issue-events.ts';
import { checkText, demandUnlocked } from './issues.ts';
import { changedFiles, commitsOf } from './merging.ts';

export interface InlineComment {
  readonly path: string;
  readonly body: string;
  readonly line?: number | undefined;
  readonly side?: 'LEFT' | 'RIGHT' | undefined;
  readonly startLine?: number | undefined;
  /** The older way to point at a line: lines below the first hunk header. */
  readonly position?: number | undefined;
  readonly subjectType?: 'line' | 'file' | undefined;
}

export type ReviewEvent = 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';

export interface NewReview {
  readonly event?: ReviewEvent | undefined;
  readonly body?: string | undefined;
  readonly commitSha?: string | undefined;
  readonly comments?: readonly InlineComment[] | undefined;
}

const STATES = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

const unprocessable = (...reasons: string[]): Refusal => new Refusal(422, 'Unprocessable Entity', reasons);

export async function createReview(
  world: World,
  caller: Caller,
  pull: Pull,
  input: NewReview,
): Promise<Review> {
  demandUnlocked(caller, pull.issue);
  demandMayJudge(caller, pull, input.event);
  const bare = !input.body?.trim() && (input.comments ?? []).length === 0;
  if (input.event === 'REQUEST_CHANGES' && !input.body?.trim())
    throw unprocessable('Review body is required');
  if (input.event === 'COMMENT' && bare) throw unprocessable('Review body is required');
  checkText('PullRequestReview', { body: input.body });
  await demandCommit(world, pull, input.commitSha);
  const files = await changedFiles(world, pull);
  const places = (input.comments ?? []).map((comment) => ({ comment, place: placeOf(files, comment) }));
  for (const { place } of places) if (typeof place === 'string') throw unprocessable(place);
  const review: Review = {
    id: world.ids.next(),
    nodeId: world.ids.node('PRR'),
    pull,
    author: actor(caller),
    body: input.body ?? '',
    state: input.event === undefined ? 'PENDING' : STATES[input.event],
    commitSha: input.commitSha ?? pull.headSha,
    submittedAt: input.event === undefined ? null : now(world),
  };
  pull.reviews.push(review);
  const comments = places.flatMap(({ comment, place }) =>
    typeof place === 'string' ? [] : [makeComment(world, caller, review, comment, place)],
  );
  if (input.event !== undefined) announceReview(world, caller, review, comments);
  return review;
}

/** Submits a pending review. */
export function submitReview(
  world: World,
  caller: Caller,
  review: Review,
  event: ReviewEvent,
  body?: string,
): void {
  if (review.state !== 'PENDING' || review.author !== caller.user)
    throw unprocessable('Can not submit a review that is not pending');
  demandMayJudge(caller, review.pull, event);
  review.body = body ?? review.body;
  review.state = STATES[event];
  review.submittedAt = now(world);
  const comments = review.pull.reviewComments.filter((comment) => comment.review === review);
  announceReview(world, caller, review, comments);
}

function demandMayJudge(caller: Caller, pull: Pull, event: ReviewEvent | undefined): void {
  if (caller.user?.id !== pull.issue.author.id) return;
  if (event === 'APPROVE') throw unprocessable('Can not approve your own pull request');
  if (event === 'REQUEST_CHANGES') throw unprocessable('Can not request changes on your own pull request');
}

async function demandCommit(world: World, pull: Pull, sha: string | undefined): Promise<void> {
  if (sha === undefined || sha === pull.headSha) return;
  const known = (await commitsOf(world, pull)).some((commit) => commit.sha === sha);
  if (!known)
    throw invalidBecause('PullRequestReview', 'commit_id is not part of the pull request', 'commit_id');
}

interface Place {
  readonly line: number | null;
  readonly side: 'LEFT' | 'RIGHT';
  readonly position: number;
  readonly hunk: string;
}

/** Where a comment stands, or the sentence by which GitHub refuses it: it must lie on the diff. */
function placeOf(files: readonly FileChange[], comment: InlineComment): Place | string {
  const file = files.find((each) => each.path === comment.path);
  if (file === undefined) return 'Path could not be resolved';
  if (comment.subjectType === 'file')
    return { line: null, side: 'RIGHT', position: 1, hunk: file.patch ?? '' };
  const patch = file.patch ?? '';
  const at = comment.position === undefined ? null : lineAtPosition(patch, comment.position);
  const line = comment.line ?? at?.line;
  const side = comment.side ?? at?.side ?? 'RIGHT';
  const found = line === undefined ? null : findInPatch(patch, line, side);
  if (line === undefined || found === null) return 'Line could not be resolved';
  if (
    comment.startLine !== undefined &&
    (comment.startLine >= line || !findInPatch(patch, comment.startLine, side))
  )
    return 'Start line could not be resolved';
  return { line, side, ...found };
}

function makeComment(
  world: World,
  caller: Caller,
  review: Review,
  input: InlineComment,
  place: Place,
  inReplyTo: ReviewComment | null = null,
): ReviewComment {
  const at = now(world);
  const comment: ReviewComment = {
    id: world.ids.next(),
    nodeId: world.ids.node('PRRC'),
    pull: review.pull,
    review,
    author: actor(caller),
    body: input.body,
    path: input.path,
    line: place.line,
    startLine: input.startLine ?? null,
    side: place.side,
    subjectType: input.subjectType ?? 'line',
    diffHunk: place.hunk,
    position: place.position,
    commitSha: review.commitSha,
    inReplyTo,
    reactions: [],
    createdAt: at,
    updatedAt: at,
  };
  review.pull.reviewComments.push(comment);
  return comment;
}

/** A single inline comment: GitHub wraps it into a review of its own. */
export async function createReviewComment(
  world: World,
  caller: Caller,
  pull: Pull,
  input: InlineComment & { commitSha: string },
): Promise<ReviewComment> {
  demandUnlocked(caller, pull.issue);
  checkText('PullRequestReviewComment', input);
  await demandCommit(world, pull, input.commitSha);
  const place = placeOf(await changedFiles(world, pull), input);
  if (typeof place === 'string') {
    const field = place.startsWith('Path') ? 'path' : 'line';
    throw invalidBecause(
      'PullRequestReviewComment',
      `pull_request_review_thread.${field} ${field === 'path' ? 'is not' : 'must be'} part of the diff`,
      `pull_request_review_thread.${field}`,
    );
  }
  return wrapped(world, caller, pull, (review) => makeComment(world, caller, review, input, place));
}

export function replyToReviewComment(
  world: World,
  caller: Caller,
  to: ReviewComment,
  body: string,
): ReviewComment {
  demandUnlocked(caller, to.pull.issue);
  checkText('PullRequestReviewComment', { body });
  const input = { path: to.path, body, subjectType: to.subjectType };
  const place = { line: to.line, side: to.side, position: to.position, hunk: to.diffHunk };
  const root = to.inReplyTo ?? to;
  return wrapped(world, caller, to.pull, (review) => makeComment(world, caller, review, input, place, root));
}

function wrapped(
  world: World,
  caller: Caller,
  pull: Pull,
  make: (review: Review) => ReviewComment,
): ReviewComment {
  const review: Review = {
    id: world.ids.next(),
    nodeId: world.ids.node('PRR'),
    pull,
    author: actor(caller),
    body: '',
    state: 'COMMENTED',
    commitSha: pull.headSha,
    submittedAt: now(world),
  };
  pull.reviews.push(review);
  const comment = make(review);
  announceReview(world, caller, review, [comment]);
  return comment;
}

export function requestReviewers(world: World, caller: Caller, pull: Pull, users: readonly User[]): void {
  if (!hasRole(caller, pull.issue.repo, 'triage')) throw forbidden('Must have triage rights to Repository.');
  for (const user of users) {
    if (user.id === pull.issue.author.id)
      throw new Refusal(422, 'Review cannot be requested from pull request author.');
    if (pull.requestedReviewers.includes(user)) continue;
    pull.requestedReviewers.push(user);
    announceIssue(world, caller, pull.issue, 'review_requested', {
      requested_reviewer: userShape(world, user),
    });
  }
}

export function reviewCommentOf(pulls: readonly Pull[], id: number): ReviewComment {
  for (const pull of pulls) for (const comment of pull.reviewComments) if (comment.id === id) return comment;
  throw notFound();
}

function announceReview(
  world: World,
  caller: Caller,
  review: Review,
  comments: readonly ReviewComment[],
): void {
  const { pull } = review;
  pull.requestedReviewers = pull.requestedReviewers.filter((user) => user !== review.author);
  const base = { repo: pull.issue.repo, sender: actor(caller) };
  const pull_request = pullShape(world, pull);
  const webhookReview = { ...reviewShape(world, review), state: review.state.toLowerCase() };
  world.announce({
    ...base,
    event: 'pull_request_review',
    action: 'submitted',
    body: { review: webhookReview, pull_request },
  });
  for (const comment of comments)
    world.announce({
      ...base,
      event: 'pull_request_review_comment',
      action: 'created',
      body: { comment: reviewCommentShape(world, comment), pull_request },
    });
}
