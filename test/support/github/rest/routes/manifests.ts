/** Turning the code of a manifest into an app's credentials, once, without any other credential. */
import { notFound } from '../../failure.ts';
import { appShape } from '../../shapes/apps.ts';
import type { AppRegistrations } from '../../web/app-manifest.ts';
import { created, type Route, route, text } from '../route.ts';

export const manifestRoutes = (registrations: AppRegistrations): readonly Route[] => [
  route('POST', '/app-manifests/{code}/conversions', (call) => {
    const found = registrations.convert(text(call, 'code'));
    if (found === undefined) throw notFound();
    return created({
      ...appShape(call.world, found.app),
      client_id: found.app.clientId,
      client_secret: found.clientSecret,
      webhook_secret: found.webhookSecret,
      pem: found.privateKey,
    });
  }),
];
