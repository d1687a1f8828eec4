/** The Probot function: subscribes to webhooks, translates, hands over. */
import type { Probot } from 'probot';
import type { Intake } from './engine/intake.ts';
import { installation, installationReturned } from './webhooks/installation.ts';
import { issueComment } from './webhooks/issue-comment.ts';
import { issues } from './webhooks/issues.ts';
import { repoOf } from './webhooks/payload.ts';
import { pullRequest } from './webhooks/pull-request.ts';
import { repository, repositoryMoved, repositoryReturned } from './webhooks/repository.ts';

export function createApp(intake: Intake): (probot: Probot) => void {
  return (probot) => {
    probot.on('issues', async ({ id, payload }) => {
      await intake.heard(id, repoOf(payload), issues(payload));
    });
    probot.on('issue_comment', async ({ id, payload }) => {
      await intake.heard(id, repoOf(payload), issueComment(payload));
    });
    probot.on('pull_request', async ({ id, payload }) => {
      await intake.heard(id, repoOf(payload), pullRequest(payload));
    });
    probot.on('repository', async ({ id, payload }) => {
      await intake.lost(id, repository(payload));
      if (repositoryMoved(payload)) await intake.moved(id, repoOf(payload));
      await intake.returned(repositoryReturned(payload));
    });
    probot.on(['installation', 'installation_repositories'], async ({ id, payload }) => {
      await intake.lost(id, installation(payload));
      await intake.returned(installationReturned(payload));
    });
  };
}
