/** Who is calling: an app by its JWT, an installation or a person by a token, or nobody. */
import { createVerify } from 'node:crypto';
import { Refusal } from '../failure.ts';
import type { App, Caller } from '../model.ts';
import type { World } from '../world.ts';

export const ANONYMOUS: Caller = { user: null, app: null, token: null };

const MAX_JWT_LIFETIME_S = 600;
/** GitHub allows clocks to differ a little. */
const DRIFT_S = 60;

const badCredentials = (): Refusal => new Refusal(401, 'Bad credentials');

/** Reads an `Authorization` header; throws 401 for anything that is given and does not hold. */
export function authenticate(world: World, header: string | undefined): Caller {
  if (header === undefined) return ANONYMOUS;
  const [scheme = '', value = ''] = header.split(/\s+/, 2);
  if (scheme.toLowerCase() === 'basic') {
    const [, password = ''] = Buffer.from(value, 'base64').toString().split(/:(.*)/s);
    return byToken(world, password);
  }
  if (!/^(bearer|token)$/i.test(scheme)) throw badCredentials();
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value) && !value.startsWith('gh')
    ? byJwt(world, value)
    : byToken(world, value);
}

export function byToken(world: World, value: string): Caller {
  const token = world.tokens.get(value);
  if (token === undefined || token.expiresAt <= world.clock()) throw badCredentials();
  if (token.installation?.suspendedAt) throw new Refusal(403, 'This installation has been suspended');
  return { user: token.user, app: token.installation?.app ?? null, token };
}

function byJwt(world: World, jwt: string): Caller {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  const header = decode(head);
  const claims = decode(body);
  if (header['alg'] !== 'RS256') throw new Refusal(401, 'A JSON web token could not be decoded');
  const issuer = String(claims['iss'] ?? '');
  const app = world.apps.find((each) => String(each.id) === issuer || each.clientId === issuer);
  if (app === undefined) throw new Refusal(404, 'Integration not found');
  const signed = createVerify('RSA-SHA256').update(`${head}.${body}`);
  if (!signed.verify(app.publicKey, signature, 'base64url'))
    throw new Refusal(401, 'A JSON web token could not be decoded');
  checkTimes(world, claims);
  return { user: null, app, token: null };
}

function checkTimes(world: World, claims: Record<string, unknown>): void {
  const at = world.clock() / 1000;
  const { exp, iat } = claims;
  if (typeof exp !== 'number') throw new Refusal(401, "Missing 'expiration time' claim ('exp') in assertion");
  if (typeof iat !== 'number') throw new Refusal(401, "Missing 'issued at' claim ('iat') in assertion");
  if (exp <= at)
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > at + MAX_JWT_LIFETIME_S + DRIFT_S)
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  if (iat > at + DRIFT_S)
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    throw new Refusal(401, 'A JSON web token could not be decoded');
  }
}

/** The app behind a JWT; other credentials do not open the `/app` endpoints. */
export function demandApp(caller: Caller): App {
  if (caller.app === null || caller.token !== null)
    throw new Refusal(401, 'A JSON web token could not be decoded');
  return caller.app;
}

/** Installation tokens are the way in for everything else: a JWT alone is refused. */
export function demandNoJwt(caller: Caller): void {
  if (caller.app !== null && caller.token === null)
    throw new Refusal(403, 'Resource not accessible by integration');
}
