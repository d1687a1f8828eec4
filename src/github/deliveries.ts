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

export interface DeliveryList {
  /** Newest first, one per GUID: the newest attempt. */
  deliveries: ListedDelivery[];
  /** False when there are more than were looked at. */
  complete: boolean;
}

const perPage = 100;

/** @param since how far to look back, milliseconds since the epoch; @param mostPages bounds the requests */
export async function listDeliveries(app: Octokit, since: number, mostPages: number): Promise<DeliveryList> {
  const found = new Map<string, ListedDelivery>();
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { data, headers } = await app.rest.apps.listWebhookDeliveries({
      per_page: perPage,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { id, guid, event, delivered_at } of data) {
      const deliveredAt = Date.parse(delivered_at);
      if (deliveredAt < since) return { deliveries: [...found.values()], complete: true };
      if (!found.has(guid)) found.set(guid, { id, guid, event, deliveredAt });
    }
    cursor = nextCursor(headers.link);
    if (cursor === undefined) return { deliveries: [...found.values()], complete: true };
  }
  return { deliveries: [...found.values()], complete: false };
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
