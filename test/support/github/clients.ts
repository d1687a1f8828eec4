/** Real Octokits and tokens against a local GitHub, as the app or as one of its installations. */
import { createSign } from 'node:crypto';
import { ProbotOctokit } from 'probot';
import type { LocalGitHub } from './local-github.ts';
import type { Permissions } from './model.ts';

export type Octokit = InstanceType<typeof ProbotOctokit>;

/** A JWT of the app; `claims` overrides parts of it, in seconds. */
export function appJwt(
  github: LocalGitHub,
  claims: { iss?: unknown; iat?: number; exp?: number } = {},
): string {
  const at = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: at - 30, exp: at + 540, iss: github.app.id, ...claims })}`;
  return `${body}.${createSign('RSA-SHA256').update(body).sign(github.app.privateKey, 'base64url')}`;
}

/** An Octokit that neither retries nor waits. */
export function octokitWith(github: LocalGitHub, token: string): Octokit {
  return new ProbotOctokit({
    baseUrl: `${github.url}/api/v3`,
    auth: { token },
    retry: { enabled: false },
    throttle: { enabled: false },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

export const asApp = (github: LocalGitHub): Octokit => octokitWith(github, appJwt(github));

export interface TokenScope {
  readonly repositories?: string[];
  readonly permissions?: Permissions;
}

/** A fresh installation token, narrowed as asked. */
export async function installationToken(
  github: LocalGitHub,
  owner: string,
  scope: TokenScope = {},
): Promise<string> {
  const answer = await asApp(github).request('POST /app/installations/{installation_id}/access_tokens', {
    installation_id: github.app.installationId(owner),
    ...scope,
  });
  return answer.data.token;
}

export const asInstallation = async (
  github: LocalGitHub,
  owner: string,
  scope: TokenScope = {},
): Promise<Octokit> => octokitWith(github, await installationToken(github, owner, scope));
