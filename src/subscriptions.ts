/** Which webhook events an app function listens to, read from the function itself so that no list is kept beside it. */
import type { Probot } from 'probot';

/** Event names without their actions: `issues`, `pull_request`. The handlers are never called. */
export function subscribedEvents(app: (probot: Probot) => void): Set<string> {
  const events = new Set<string>();
  const on = (names: string | string[]): void => {
    for (const name of [names].flat()) events.add(name.split('.')[0] ?? name);
  };
  app({ on } as unknown as Probot);
  return events;
}
