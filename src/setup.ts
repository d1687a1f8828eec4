/** A first start with nothing configured: leads the person to a GitHub App of their own, then the service goes on. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkEnvFile, writeEnvFile } from './config/env-file.ts';
import type { FirstStart } from './config/first-start.ts';
import { listen } from './http/listen.ts';
import type { SetupAnswers } from './http/setup/answers.ts';
import { createOneTimeCode } from './http/setup/code.ts';
import type { NewApp } from './http/setup/conversion.ts';
import type { AppDescription } from './http/setup/manifest.ts';
import { setupRoutes } from './http/setup/routes.ts';
import { setupCannotWrite, setupFinished, setupWelcome } from './messages/setup.ts';

/** How often deliveries are asked for where GitHub cannot reach the service. */
const pollEvery = '30s';

/**
 * Waits until the App is made.
 * @param envFile where its credentials go
 * @param say writes for the person at the terminal
 * @returns what was written, by name; undefined when the file cannot be written, which was said
 */
export async function setUp(
  { host, port, github }: FirstStart,
  envFile: string,
  say: (text: string) => void,
): Promise<Record<string, string> | undefined> {
  const file = resolve(envFile);
  try {
    await checkEnvFile(file);
  } catch (error) {
    say(setupCannotWrite(file, error instanceof Error ? error.message : String(error)));
    return undefined;
  }
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const code = createOneTimeCode(Date.now);
  let written: Record<string, string> = {};
  const routes = setupRoutes({
    code,
    described: readAppDescription(),
    github,
    file,
    made: async (app, answers) => {
      written = environmentOf(app, answers);
      await writeEnvFile(file, written);
      say(setupFinished({ slug: app.slug, install: `${app.page}/installations/new`, file }));
    },
    finished: finish,
  });
  const server = await listen(getRequestListener(routes.fetch), host, port);
  say(setupWelcome({ url: server.local, code: code.text, file, github: github.web }));
  await finished;
  await server.close();
  return written;
}

function environmentOf(app: NewApp, answers: SetupAnswers): Record<string, string> {
  return {
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    ...(app.webhookSecret === null ? {} : { WEBHOOK_SECRET: app.webhookSecret }),
    GITHUB_CLIENT_ID: app.clientId,
    GITHUB_CLIENT_SECRET: app.clientSecret,
    ...(answers.publicUrl === undefined ? { PRLT_POLL: pollEvery } : {}),
  };
}

const description = z.object({
  name: z.string(),
  url: z.string(),
  description: z.string(),
  public: z.boolean(),
  default_permissions: z.record(z.string(), z.string()),
  default_events: z.array(z.string()),
});

/** What `app.yml` asks GitHub for. */
export function readAppDescription(): AppDescription {
  return description.parse(parse(readFileSync(join(import.meta.dirname, '../app.yml'), 'utf8')));
}
