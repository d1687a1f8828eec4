/** What happened to an issue, oldest first. */
import { issueEventShape } from '../../shapes/issue-events.ts';
import { issueAt, page, type Route, route } from '../route.ts';

export const issueEventRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/issues/{issue_number}/events', (call) => {
    const issue = issueAt(call, 'read');
    return page(call, issue.events, (event) => issueEventShape(call.world, issue, event));
  }),
];
