/** `issues`: labels, closing, reopening, editing, leaving. */
import type { SignalBody } from '#src/core/signal.ts';
import { actorOf, type IssuePart, type SenderPart, subjectOf } from './payload.ts';

export interface IssuesPayload {
  action: string;
  issue: IssuePart & { state_reason?: string | null | undefined; updated_at?: string | undefined };
  label?: { name?: string | undefined } | undefined;
  changes?: object | null | undefined;
  sender: SenderPart;
}

export function issues(payload: IssuesPayload): SignalBody[] {
  const subject = subjectOf(payload.issue);
  const by = actorOf(payload.sender);
  const label = payload.label?.name;
  switch (payload.action) {
    case 'labeled':
      return label === undefined ? [] : [{ type: 'label_added', label, subject, by }];
    case 'opened':
      return subject.labels.map((each) => ({ type: 'label_added', label: each, subject, by }));
    case 'unlabeled':
      return label === undefined ? [] : [{ type: 'label_removed', label, subject, by }];
    case 'closed':
      return [{ type: 'issue_closed', reason: closeReason(payload.issue.state_reason), subject }];
    case 'reopened':
      return [{ type: 'issue_reopened', subject }];
    case 'edited':
      if (!payload.changes || !('title' in payload.changes || 'body' in payload.changes)) return [];
      return [{ type: 'issue_edited', subject, by, at: payload.issue.updated_at ?? '' }];
    case 'deleted':
    case 'transferred':
      return [{ type: 'issue_gone', subject }];
    default:
      return [];
  }
}

function closeReason(reason: string | null | undefined): 'completed' | 'not_planned' | 'duplicate' {
  return reason === 'not_planned' || reason === 'duplicate' ? reason : 'completed';
}
