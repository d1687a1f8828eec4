/** One GraphQL request on the real schema; fields nobody built here are errors, never silent nulls. */
import {
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import type { Caller } from '../model.ts';
import type { World } from '../world.ts';
import { failure, rootFor } from './resolvers.ts';

export interface GraphQLOutcome {
  readonly body: { data?: unknown; errors?: unknown[] };
  readonly mutates: boolean;
}

export async function runGraphQL(
  world: World,
  caller: Caller,
  schema: GraphQLSchema,
  request: { query?: unknown; variables?: unknown; operationName?: unknown },
): Promise<GraphQLOutcome> {
  if (typeof request.query !== 'string')
    return {
      body: { errors: [{ message: 'A query attribute must be specified and must be a string.' }] },
      mutates: false,
    };
  try {
    const document = parse(request.query);
    const mutates = getOperationAST(document)?.operation === 'mutation';
    const errors = validate(schema, document);
    if (errors.length > 0) return { body: { errors: errors.map(plain) }, mutates };
    const result = (await execute({
      schema,
      document,
      rootValue: rootFor({ world, caller }),
      variableValues: (request.variables ?? {}) as Record<string, unknown>,
      fieldResolver: strictField,
      ...(typeof request.operationName === 'string' ? { operationName: request.operationName } : {}),
    })) as ExecutionResult;
    const failed = result.errors ?? [];
    for (const error of failed) noteUnexpected(world, error);
    return {
      body: { data: result.data, ...(failed.length === 0 ? {} : { errors: failed.map(plain) }) },
      mutates,
    };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { body: { errors: [plain(error)] }, mutates: false };
  }
}

/** Like the default resolver, but a missing property is an error of this fake, not null. */
const strictField: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
  const holder = (source ?? {}) as Record<string, unknown>;
  const value = holder[info.fieldName];
  if (value === undefined)
    throw failure(
      'NOT_BUILT',
      `The local GitHub cannot answer ${info.parentType.name}.${info.fieldName} yet.`,
    );
  return typeof value === 'function' ? value.call(holder, args, context, info) : value;
};

function noteUnexpected(world: World, error: GraphQLError): void {
  const route = `graphql ${error.path?.join('.') ?? ''}`;
  const { type } = error.extensions;
  if (type === 'NOT_BUILT') world.violations.push({ kind: 'not-built', route, detail: error.message });
  else if (type === undefined) world.violations.push({ kind: 'crash', route, detail: error.message });
}

/** GitHub puts `type` beside the message, not below `extensions`. */
function plain(error: GraphQLError) {
  const { type, ...extensions } = error.extensions;
  return {
    ...(type === undefined ? {} : { type }),
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(Object.keys(extensions).length === 0 ? {} : { extensions }),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    message: error.message,
  };
}
