/** The App's own webhook deliveries, as GitHub remembers them for some days (docs: REST, GitHub App webhooks). */
import type { Octokit } from './client.ts';

export interface ListedDelivery {
  id: number;
  /** The same over redeliveries. */
  guid: string;
  event: string;
  /** Milliseconds since the epoch. */
  deliveredAt: number;
}

export interface DeliveryPage {
  /** Newest first; a GUID can be there once for each attempt. */
  deliveries: ListedDelivery[];
  /** Where the next page begins; undefined at the end of what GitHub remembers. */
  next: string | undefined;
}

/** @param cursor `next` of the page before; from the newest on without one */
export async function listDeliveries(app: Octokit, cursor: string | undefined): Promise<DeliveryPage> {
  const { data, headers } = await app.rest.apps.listWebhookDeliveries({
    per_page: 100,
    ...(cursor === undefined ? {} : { cursor }),
  });
  const deliveries = data.map(({ id, guid, event, delivered_at }) => ({
    id,
    guid,
    event,
    deliveredAt: Date.parse(delivered_at),
  }));
  return { deliveries, next: nextCursor(headers.link) };
}

/** What was sent, parsed. Undefined when GitHub has it no longer. */
export async function deliveryPayload(app: Octokit, id: number): Promise<object | undefined> {
  const { data } = await app.rest.apps.getWebhookDelivery({ delivery_id: id });
  const { payload } = data.request;
  return typeof payload === 'object' && payload !== null ? payload : undefined;
}

function nextCursor(link: string | undefined): string | undefined {
  const next = /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  return next && URL.canParse(next) ? (new URL(next).searchParams.get('cursor') ?? undefined) : undefined;
}
