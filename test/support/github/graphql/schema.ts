/** GitHub's real GraphQL schema, built on first use: most tests never ask. */
import { buildSchema, type GraphQLSchema } from 'graphql';

export function createSchemaLoader(): () => Promise<GraphQLSchema> {
  let loading: Promise<GraphQLSchema> | null = null;
  return () => {
    loading ??= load();
    return loading;
  };
}

async function load(): Promise<GraphQLSchema> {
  const { schema } = await import('@octokit/graphql-schema');
  // graphql 17 objects to deprecations in GitHub's own schema, so its validity is taken as given.
  return buildSchema(schema.idl, { assumeValidSDL: true, assumeValid: true });
}
