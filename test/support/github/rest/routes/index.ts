/** Every REST endpoint the local GitHub has. A new family is one file and one line here. */
import type { Meter } from '../../limits.ts';
import type { AppRegistrations } from '../../web/app-manifest.ts';
import type { Webhooks } from '../../webhooks/deliveries.ts';
import type { Route } from '../route.ts';
import { appRoutes } from './app.ts';
import { checkRoutes } from './checks.ts';
import { commentRoutes } from './comments.ts';
import { contentsRoutes } from './contents.ts';
import { deliveryRoutes } from './deliveries.ts';
import { gitRoutes } from './git.ts';
import { issueEventRoutes } from './issue-events.ts';
import { issueRoutes } from './issues.ts';
import { labelRoutes } from './labels.ts';
import { manifestRoutes } from './manifests.ts';
import { pullRoutes } from './pulls.ts';
import { reactionRoutes } from './reactions.ts';
import { relationRoutes } from './relations.ts';
import { repositoryRoutes } from './repositories.ts';
import { reviewRoutes } from './reviews.ts';

export const allRoutes = (parts: {
  meter: Meter;
  webhooks: Webhooks;
  registrations: AppRegistrations;
}): readonly Route[] => [
  ...appRoutes,
  ...deliveryRoutes(parts.webhooks, parts.registrations),
  ...manifestRoutes(parts.registrations),
  ...repositoryRoutes(parts.meter),
  ...contentsRoutes,
  ...gitRoutes,
  ...issueRoutes,
  ...issueEventRoutes,
  ...commentRoutes,
  ...labelRoutes,
  ...reactionRoutes,
  ...relationRoutes,
  ...pullRoutes,
  ...reviewRoutes,
  ...checkRoutes,
];
