/** What `/readyz` answers: store, runtime and GitHub, each asked for real, remembered for a while. */
import { sql } from 'kysely';
import { githubFailure } from '../github/failures.ts';
import type { Context } from './context.ts';

/** How long an answer holds, milliseconds; a bad one is asked again sooner. */
const good = 60_000;
const bad = 3_000;

/** Gives the sentences that say what is missing. Calls at the same time share one look. */
export function createReadiness(context: Context): () => Promise<string[]> {
  let known: { until: number; missing: string[] } | undefined;
  let looking: Promise<string[]> | undefined;

  const look = async (): Promise<string[]> => {
    const parts = await Promise.all([store(context), runtime(context), github(context)]);
    const missing = parts.flat();
    known = { missing, until: context.now() + (missing.length === 0 ? good : bad) };
    return missing;
  };

  return async () => {
    if (known && known.until > context.now()) return known.missing;
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

async function store({ db }: Context): Promise<string[]> {
  try {
    await sql`select 1`.execute(db);
    return [];
  } catch (error) {
    return [`The database does not answer: ${messageOf(error)}`];
  }
}

async function runtime({ runtime }: Context): Promise<string[]> {
  try {
    return await runtime.probe();
  } catch (error) {
    return [`The ${runtime.name} runtime cannot be used: ${messageOf(error)}`];
  }
}

async function github(context: Context): Promise<string[]> {
  try {
    const octokit = await context.authenticate();
    await octokit.rest.apps.getAuthenticated();
    return [];
  } catch (error) {
    const failure = githubFailure(error);
    const reason = failure?.reason ?? messageOf(error);
    if (failure?.kind === 'later') {
      return [`GITHUB_UNAVAILABLE: GitHub at ${context.settings.github.api} does not answer: ${reason}.`];
    }
    return [
      `GitHub at ${context.settings.github.api} does not know this App: ${reason}. Check APP_ID, PRIVATE_KEY and the network.`,
    ];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
