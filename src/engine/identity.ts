/** Who prlt is on GitHub: asked once, remembered, so that a start without GitHub still knows its own comments. */
import type { Authenticate } from '../github/client.ts';
import { metaValue } from '../store/meta.ts';
import type { Db } from '../store/open.ts';
import type { Identity } from './context.ts';

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
