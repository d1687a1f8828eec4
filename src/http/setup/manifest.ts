/** The manifest of the GitHub App: what `app.yml` says, with the addresses of this service (docs: GitHub App manifests). */

export interface Manifest {
  name: string;
  url: string;
  description: string;
  public: boolean;
  hook_attributes: { url: string; active: boolean };
  redirect_url: string;
  default_permissions: Record<string, string>;
  default_events: string[];
}

/** The part that stands in `app.yml`. */
export type AppDescription = Pick<
  Manifest,
  'name' | 'url' | 'description' | 'public' | 'default_permissions' | 'default_events'
>;

export const webhookPath = '/api/github/webhooks';

/**
 * Where webhooks go that are asked for instead of received. GitHub records deliveries only of an active webhook, and the
 * name can never belong to anybody (RFC 6761), so no payload reaches a stranger.
 */
export const unreachableHook = `https://prlt.invalid${webhookPath}`;

/**
 * @param publicUrl where GitHub reaches this service, without a path behind it; undefined when it cannot
 * @param setupUrl origin under which the person's browser sees the set-up pages
 */
export function makeManifest(
  described: AppDescription,
  publicUrl: string | undefined,
  setupUrl: string,
): Manifest {
  const { name, url, description, default_permissions, default_events } = described;
  return {
    name,
    url,
    description,
    public: false,
    hook_attributes: { url: publicUrl ? `${publicUrl}${webhookPath}` : unreachableHook, active: true },
    redirect_url: `${setupUrl}/setup/done`,
    default_permissions,
    default_events,
  };
}
