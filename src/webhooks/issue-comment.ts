/** `issue_comment`: only new comments can ask for something. */
import type { SignalBody } from '#src/core/signal.ts';
import { actorOf, type IssuePart, type SenderPart, subjectOf } from './payload.ts';

export interface IssueCommentPayload {
  action: string;
  issue: IssuePart;
  comment: { id: number; body: string };
  sender: SenderPart;
}

export function issueComment(payload: IssueCommentPayload): SignalBody[] {
  if (payload.action !== 'created') return [];
  const { id: comment, body } = payload.comment;
  return [
    { type: 'comment_posted', comment, body, subject: subjectOf(payload.issue), by: actorOf(payload.sender) },
  ];
}
