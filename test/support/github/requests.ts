/** The log of what was asked of the local GitHub, and which of it people would have noticed. */

export interface LoggedRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'api' | 'graphql' | 'git';
  readonly method: string;
  /** Below `/api/v3` for the API. */
  readonly path: string;
  /** Login, app slug for a JWT, or null. */
  readonly actor: string | null;
  /** What GitHub decided; with a fault, what it would have answered or the fault's own status. */
  readonly status: number;
  readonly body: unknown;
  /** False when a fault kept the request from having any effect. */
  readonly applied: boolean;
  readonly writes: boolean;
}

/** Minting tokens and asking for redelivery changes nothing that people see. */
const SILENT = /^\/app\//;

export const isWrite = (method: string, path: string): boolean =>
  !['GET', 'HEAD', 'OPTIONS'].includes(method) && !SILENT.test(path) && path !== '/installation/token';

const NOTIFYING: readonly RegExp[] = [
  /\/issues\/\d+\/comments$/,
  /\/pulls$/,
  /\/pulls\/\d+\/(reviews|comments)$/,
  /\/pulls\/\d+\/reviews\/\d+\/events$/,
  /\/pulls\/\d+\/comments\/\d+\/replies$/,
];

/** Whether this request notified somebody: a comment, a pull request or a review that is new, not edited. */
export function notifies(request: LoggedRequest): boolean {
  const done = request.applied && request.status >= 200 && request.status < 300;
  const [path = ''] = request.path.split('?');
  return done && request.method === 'POST' && NOTIFYING.some((each) => each.test(path));
}
