/** The HTTP side of GraphQL: credentials, rate limit headers, and 200 for everything that was understood. */
import type { GraphQLSchema } from 'graphql';
import { Refusal } from '../failure.ts';
import type { Meter } from '../limits.ts';
import type { Caller } from '../model.ts';
import type { ApiAnswer, ApiRequest } from '../rest/api.ts';
import { ANONYMOUS, authenticate } from '../rest/authenticate.ts';
import type { World } from '../world.ts';
import { runGraphQL } from './execute.ts';

export function createGraphQLEndpoint(parts: {
  world: World;
  meter: Meter;
  schema: () => Promise<GraphQLSchema>;
}) {
  const { world, meter, schema } = parts;
  return async (request: ApiRequest): Promise<ApiAnswer & { mutates: boolean }> => {
    let caller: Caller = ANONYMOUS;
    let parsed: Record<string, unknown> = {};
    const reply = (status: number, body: unknown, mutates: boolean, extra: Record<string, string> = {}) => ({
      status,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        date: new Date(world.clock()).toUTCString(),
        ...meter.headers(caller),
        'x-ratelimit-resource': 'graphql',
        ...extra,
      },
      body: Buffer.from(JSON.stringify(body)),
      caller,
      template: '/graphql',
      parsed,
      mutates,
    });
    try {
      caller = authenticate(world, request.headers['authorization']);
      if (caller.token === null) throw new Refusal(401, 'This endpoint requires you to be authenticated.');
      meter.spend(caller);
      parsed = JSON.parse(request.body.toString() || '{}') as Record<string, unknown>;
      const { body, mutates } = await runGraphQL(world, caller, await schema(), parsed);
      return reply(200, body, mutates);
    } catch (error) {
      if (error instanceof SyntaxError) return reply(400, { message: 'Problems parsing JSON' }, false);
      if (!(error instanceof Refusal)) throw error;
      return reply(error.status, { message: error.message }, false, error.headers);
    }
  };
}
