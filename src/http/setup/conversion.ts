/** Exchanges the code that GitHub gave for the new App's credentials (docs: POST /app-manifests/{code}/conversions). */
import { z } from 'zod';

export interface NewApp {
  id: number;
  slug: string;
  /** The App's page. */
  page: string;
  privateKey: string;
  /** Null when GitHub made no secret. */
  webhookSecret: string | null;
  clientId: string;
  clientSecret: string;
}

export type Conversion =
  | { kind: 'made'; app: NewApp }
  /** GitHub does not know the code, or knows it no longer: only a new App helps. */
  | { kind: 'refused'; status: number }
  /** GitHub did not answer as it should: the same code may be tried again. */
  | { kind: 'unavailable'; reason: string };

const shape = z.object({
  id: z.number(),
  slug: z.string(),
  html_url: z.string(),
  pem: z.string(),
  webhook_secret: z.string().nullable(),
  client_id: z.string(),
  client_secret: z.string(),
});

const timeout = 20_000;

/** Never rejects, and never says anything of what came back besides the status. */
export async function convert(api: string, code: string): Promise<Conversion> {
  let answer: Response;
  try {
    answer = await fetch(`${api}/app-manifests/${encodeURIComponent(code)}/conversions`, {
      method: 'POST',
      headers: { accept: 'application/vnd.github+json', 'user-agent': 'prlt' },
      signal: AbortSignal.timeout(timeout),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'unavailable', reason: cause instanceof Error ? cause.message : String(cause) };
  }
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
    return { kind: 'refused', status: answer.status };
  }
  const parsed = shape.safeParse(await answer.json().catch(() => undefined));
  if (!answer.ok || !parsed.success)
    return { kind: 'unavailable', reason: `GitHub answered ${answer.status}` };
  const { data } = parsed;
  return {
    kind: 'made',
    app: {
      id: data.id,
      slug: data.slug,
      page: data.html_url,
      privateKey: data.pem,
      webhookSecret: data.webhook_secret,
      clientId: data.client_id,
      clientSecret: data.client_secret,
    },
  };
}
