/** Octokit as prlt uses it: authenticated by Probot, governed by us, with the plugins that retry and space out switched off. */
import { ProbotOctokit } from 'probot';
import { statusOf } from './failures.ts';
import type { Governor } from './governor.ts';

export type Octokit = InstanceType<typeof ProbotOctokit>;

/** Gives an authenticated client; without an installation, one that speaks as the App. */
export type Authenticate = (installation?: number) => Promise<Octokit>;

/** The version whose answers this code was written to (docs: API versions). */
const apiVersion = '2022-11-28';
const timeout = 20_000;

/** As Probot passes it on to @octokit/auth-app, whose cache keeps an installation's token under the number. */
interface AuthOptions {
  installationId?: number;
  cache?: { delete(key: string): void };
}

/** The Octokit class handed to Probot. Requests of one installation go through the governor together. */
export function governedOctokit(governor: Governor): typeof ProbotOctokit {
  const governed = (octokit: { hook: Octokit['hook'] }, { auth }: { auth?: AuthOptions }) => {
    const installation = auth?.installationId ?? 0;
    octokit.hook.wrap('request', (send, request) => {
      const headers = { ...request.headers, 'x-github-api-version': apiVersion };
      const signal = request.request?.signal ?? AbortSignal.timeout(timeout);
      const attempt = () =>
        Promise.resolve(send({ ...request, headers, request: { ...request.request, signal } }));
      return governor.run(installation, request, () =>
        attempt().catch((error: unknown) => {
          if (statusOf(error) !== 401 || installation === 0) throw error;
          // The token was revoked or is too old. Nothing was done with it, so the call is safe to repeat with a new one.
          auth?.cache?.delete(String(installation));
          return attempt();
        }),
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
