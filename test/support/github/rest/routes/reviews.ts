/** Reviews, inline comments and review requests. */
import { notFound, Refusal } from '../../failure.ts';
import type { Review } from '../../model.ts';
import { simplePullShape } from '../../shapes/pulls.ts';
import { reviewCommentShape, reviewShape } from '../../shapes/reviews.ts';
import { userShape } from '../../shapes/users.ts';
import {
  createReview,
  createReviewComment,
  type InlineComment,
  type ReviewEvent,
  replyToReviewComment,
  requestReviewers,
  reviewCommentOf,
  submitReview,
} from '../../state/reviews.ts';
import { findUser } from '../../world.ts';
import { type Call, created, input, number, ok, page, pullAt, type Route, route } from '../route.ts';

const BASE = '/repos/{owner}/{repo}/pulls/{pull_number}';

interface InlineBody {
  path: string;
  body: string;
  line?: number;
  side?: 'LEFT' | 'RIGHT';
  start_line?: number;
  position?: number;
  subject_type?: 'line' | 'file';
}

const inline = (body: InlineBody): InlineComment => ({
  path: body.path,
  body: body.body,
  line: body.line,
  side: body.side,
  startLine: body.start_line,
  position: body.position,
  subjectType: body.subject_type,
});

function reviewAt(call: Call, level: 'read' | 'write'): Review {
  const review = pullAt(call, ['pull_requests', level]).reviews.find(
    (each) => each.id === number(call, 'review_id'),
  );
  if (review === undefined) throw notFound();
  return review;
}

export const reviewRoutes: readonly Route[] = [
  route('GET', `${BASE}/reviews`, (call) => {
    const { reviews } = pullAt(call, ['pull_requests', 'read']);
    // Somebody else's pending review is not there for others.
    const visible = reviews.filter((each) => each.state !== 'PENDING' || each.author === call.caller.user);
    return page(call, visible, (review) => reviewShape(call.world, review));
  }),
  route('POST', `${BASE}/reviews`, async (call) => {
    const pull = pullAt(call, ['pull_requests', 'write']);
    const body = input<{ event?: ReviewEvent; body?: string; commit_id?: string; comments?: InlineBody[] }>(
      call,
    );
    const review = await createReview(call.world, call.caller, pull, {
      event: body.event,
      body: body.body,
      commitSha: body.commit_id,
      comments: body.comments?.map(inline),
    });
    return ok(reviewShape(call.world, review));
  }),
  route('GET', `${BASE}/reviews/{review_id}`, (call) => ok(reviewShape(call.world, reviewAt(call, 'read')))),
  route('POST', `${BASE}/reviews/{review_id}/events`, (call) => {
    const review = reviewAt(call, 'write');
    const { event, body } = input<{ event: ReviewEvent; body?: string }>(call);
    submitReview(call.world, call.caller, review, event, body);
    return ok(reviewShape(call.world, review));
  }),
  route('GET', `${BASE}/comments`, (call) => {
    const { reviewComments } = pullAt(call, ['pull_requests', 'read']);
    const visible = reviewComments.filter((each) => each.review.state !== 'PENDING');
    return page(call, visible, (comment) => reviewCommentShape(call.world, comment));
  }),
  route('POST', `${BASE}/comments`, async (call) => {
    const pull = pullAt(call, ['pull_requests', 'write']);
    const body = input<InlineBody & { commit_id: string; in_reply_to?: number }>(call);
    const comment =
      body.in_reply_to === undefined
        ? await createReviewComment(call.world, call.caller, pull, {
            ...inline(body),
            commitSha: body.commit_id,
          })
        : replyToReviewComment(call.world, call.caller, reviewCommentOf([pull], body.in_reply_to), body.body);
    return created(reviewCommentShape(call.world, comment));
  }),
  route('POST', `${BASE}/comments/{comment_id}/replies`, (call) => {
    const pull = pullAt(call, ['pull_requests', 'write']);
    const to = reviewCommentOf([pull], number(call, 'comment_id'));
    const reply = replyToReviewComment(call.world, call.caller, to, input<{ body: string }>(call).body);
    return created(reviewCommentShape(call.world, reply));
  }),
  route('GET', `${BASE}/requested_reviewers`, (call) => {
    const { requestedReviewers } = pullAt(call, ['pull_requests', 'read']);
    return ok({ users: requestedReviewers.map((user) => userShape(call.world, user)), teams: [] });
  }),
  route('POST', `${BASE}/requested_reviewers`, (call) => {
    const pull = pullAt(call, ['pull_requests', 'write']);
    const users = (input<{ reviewers?: string[] }>(call).reviewers ?? []).map((login) => {
      const user = findUser(call.world, login);
      if (user === undefined || user.type !== 'User')
        throw new Refusal(
          422,
          `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${pull.issue.repo.owner.login}/${pull.issue.repo.name} repository.`,
        );
      return user;
    });
    requestReviewers(call.world, call.caller, pull, users);
    return created(simplePullShape(call.world, pull));
  }),
];
