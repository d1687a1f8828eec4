/** Who prlt is on GitHub: asked once, remembered, so that a start without GitHub still knows its own comments. */
import type { Authenticate, Octokit } from '../github/client.ts';
import { metaValue } from '../store/meta.ts';
import type { Db } from '../store/open.ts';
import type { Context, Identity } from './context.ts';

/** Rejects when GitHub cannot be asked and never was. */
export async function identify(db: Db, authenticate: Authenticate, appId: number): Promise<Identity> {
  const name = `app/${appId}/slug`;
  const known = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  if (known) return { appId, slug: known.value };
  const octokit = await authenticate();
  const { data } = await octokit.rest.apps.getAuthenticated();
  const slug = data?.slug;
  if (!slug) throw new Error('GitHub does not say the name of this App.');
  return { appId, slug: await metaValue(db, name, () => slug) };
}

/** Name and address by which GitHub shows commits as the App's own: the id in it is the bot user's, not the App's. */
export async function commitIdentity(
  context: Context,
  installation: number,
): Promise<{ name: string; email: string }> {
  const { db, identity, settings, authenticate } = context;
  const name = `${identity.slug}[bot]`;
  const key = `app/${identity.appId}/bot`;
  const known = await db.selectFrom('meta').select('value').where('name', '=', key).executeTakeFirst();
  const id = known?.value ?? (await askForBot(await authenticate(installation), name));
  if (!known) await metaValue(db, key, () => id);
  return { name, email: `${id}+${name}@users.noreply.${settings.github.host}` };
}

async function askForBot(octokit: Octokit, username: string): Promise<string> {
  const { data } = await octokit.rest.users.getByUsername({ username });
  return String(data.id);
}
