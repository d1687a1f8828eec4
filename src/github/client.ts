/** Octokit as prlt uses it: authenticated by Probot, governed by us, with the plugins that retry and space out switched off. */
import { ProbotOctokit } from 'probot';
import type { Governor } from './governor.ts';

export type Octokit = InstanceType<typeof ProbotOctokit>;

/** Gives an authenticated client; without an installation, one that speaks as the App. */
export type Authenticate = (installation?: number) => Promise<Octokit>;

/** The version whose answers this code was written to (docs: API versions). */
const apiVersion = '2022-11-28';
const timeout = 20_000;

/** The Octokit class handed to Probot. Requests of one installation go through the governor together. */
export function governedOctokit(governor: Governor): typeof ProbotOctokit {
  const governed = (octokit: { hook: Octokit['hook'] }, options: { auth?: { installationId?: number } }) => {
    const installation = options.auth?.installationId ?? 0;
    octokit.hook.wrap('request', (send, request) => {
      const headers = { ...request.headers, 'x-github-api-version': apiVersion };
      const signal = request.request?.signal ?? AbortSignal.timeout(timeout);
      return governor.run(installation, request, () =>
        Promise.resolve(send({ ...request, headers, request: { ...request.request, signal } })),
      );
    });
  };
  // Probot sets throttle options of its own for every client it makes: only what comes after them switches it off.
  return ProbotOctokit.plugin(governed as never).defaults((options: object) => ({
    ...options,
    retry: { enabled: false },
    throttle: { enabled: false },
  })) as unknown as typeof ProbotOctokit;
}
