/** Octokit as prlt uses it: authenticated by Probot, governed by us, with the plugins that retry and space out switched off. */
import { ProbotOctokit } from 'probot';
import { statusOf } from './failures.ts';
import type { Governor } from './governor.ts';

export type Octokit = InstanceType<typeof ProbotOctokit>;

/** Gives an authenticated client; without an installation, one that speaks as the App. */
export type Authenticate = (installation?: number) => Promise<Octokit>;

/** The version whose answers this code was written to (docs: API versions). */
const apiVersion = '2022-11-28';

/** As Probot passes it on to @octokit/auth-app, whose cache keeps an installation's token under the number. */
interface AuthOptions {
  installationId?: number;
  cache?: { delete(key: string): void };
}

/**
 * The Octokit class handed to Probot. Requests of one installation go through the governor together.
 * @param patience how long an answer may take, milliseconds
 */
export function governedOctokit(governor: Governor, patience = 20_000): typeof ProbotOctokit {
  const governed = (octokit: { hook: Octokit['hook'] }, { auth }: { auth?: AuthOptions }) => {
    const installation = auth?.installationId ?? 0;
    octokit.hook.wrap('request', (send, request) => {
      // before-after-hook passes on the options it has, whatever `send` is given: only what is written into them arrives.
      // Their `request` may be shared with other calls, so it is replaced.
      request.headers['x-github-api-version'] = apiVersion;
      const given = request.request.signal;
      const attempt = async () => {
        // From the sending on: waiting for its turn behind others is no fault of this request.
        request.request = { ...request.request, signal: given ?? AbortSignal.timeout(patience) };
        return whole(await send(request));
      };
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

/** Octokit gives what it could read when an answer is cut off in the middle; that is a lost answer, not an empty one. */
function whole<T extends { data: unknown; headers: { 'content-type'?: string | undefined } }>(answer: T): T {
  const isJson = /^application\/(json|[\w.-]+\+json)\b/.test(answer.headers['content-type'] ?? '');
  if (!isJson || typeof answer.data !== 'string') return answer;
  throw Object.assign(new Error("GitHub's answer was cut off."), { status: 502 });
}
