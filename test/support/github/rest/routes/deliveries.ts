/** The app's own view of its webhook and its deliveries, and asking for one again. */
import { notFound, Refusal } from '../../failure.ts';
import { api } from '../../shapes/users.ts';
import type { AppRegistrations } from '../../web/app-manifest.ts';
import type { Delivery, Webhooks } from '../../webhooks/deliveries.ts';
import { demandApp } from '../authenticate.ts';
import { type Call, number, ok, type Route, route } from '../route.ts';

const REDELIVERABLE_MS = 3 * 24 * 60 * 60 * 1000;

const itemShape = (delivery: Delivery) => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: new Date(delivery.at).toISOString(),
  redelivery: delivery.redelivery,
  duration: delivery.duration,
  status: delivery.status,
  status_code: delivery.statusCode,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installationId,
  repository_id: delivery.repositoryId,
  throttled_at: null,
});

const fullShape = (delivery: Delivery, url: string) => ({
  ...itemShape(delivery),
  url,
  request: { headers: delivery.headers, payload: JSON.parse(delivery.payload) as object },
  response: { headers: {}, payload: delivery.responseBody },
});

const succeeded = (delivery: Delivery): boolean => delivery.statusCode >= 200 && delivery.statusCode < 400;

export function deliveryRoutes(webhooks: Webhooks, registrations: AppRegistrations): readonly Route[] {
  const finished = () =>
    webhooks.deliveries.filter((each) => each.listed && each.status !== 'pending').toReversed();

  const one = (call: Call): Delivery => {
    demandApp(call.caller);
    const found = finished().find((each) => each.id === number(call, 'delivery_id'));
    if (found === undefined) throw notFound();
    return found;
  };

  return [
    route('GET', '/app/hook/config', (call) => {
      const app = demandApp(call.caller);
      // The webhook of an App that a manifest made is what the manifest said.
      const made = registrations.made.find((each) => each.app === app);
      const url = (made ? made.manifest.hook_attributes?.url : webhooks.target?.url) ?? '';
      return ok({ content_type: 'json', insecure_ssl: '0', secret: '********', url });
    }),
    route('GET', '/app/hook/deliveries', (call) => {
      demandApp(call.caller);
      const { status } = call.query;
      const size = Math.min(Number(call.query['per_page'] ?? 30), 100);
      const all = finished().filter(
        (each) => status === undefined || succeeded(each) === (status === 'success'),
      );
      const cursor = call.query['cursor'];
      const from = cursor === undefined ? 0 : all.findIndex((each) => `v1_${each.id}` === cursor);
      if (from < 0) throw new Refusal(422, 'Invalid cursor');
      const next = all[from + size];
      const url = new URL(`${api(call.world)}${call.target}`);
      url.searchParams.set('cursor', `v1_${next?.id}`);
      return {
        status: 200,
        body: all.slice(from, from + size).map(itemShape),
        headers: next === undefined ? {} : { link: `<${url.href}>; rel="next"` },
      };
    }),
    route('GET', '/app/hook/deliveries/{delivery_id}', (call) =>
      ok(fullShape(one(call), webhooks.target?.url ?? '')),
    ),
    route('POST', '/app/hook/deliveries/{delivery_id}/attempts', (call) => {
      const delivery = one(call);
      if (delivery.at < call.world.clock() - REDELIVERABLE_MS)
        throw new Refusal(422, 'Deliveries can only be redelivered within three days.');
      // GitHub accepts at once and delivers on its own time.
      void webhooks.redeliverById(delivery.id);
      return { status: 202, body: {} };
    }),
  ];
}
