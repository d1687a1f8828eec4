/** Pages of a registry that name its files: addresses at the registry lead through the socket again, all others stay. */
import type { Registry } from '#src/core/registry.ts';
import { pathFor } from './path.ts';

export interface Page {
  registry: Registry;
  /** Where it came from, after redirects. */
  url: URL;
  contentType: string;
  /** How the client reaches the socket: `http://127.0.0.1:<port>`. */
  socket: string;
}

/** Whether a response has addresses in it that matter; others are passed on as they come. */
export function isPage(registry: Registry, contentType: string): boolean {
  if (registry.type === 'npm') return isJson(contentType);
  return registry.type === 'pypi' && (isJson(contentType) || /^text\/html\b|\+html\b/i.test(contentType));
}

/** Throws a SyntaxError for JSON that is none. */
export function rewritePage(page: Page, text: string): string {
  if (page.registry.type === 'npm') return rewritePackument(page, text);
  return isJson(page.contentType) ? rewriteSimpleJson(page, text) : rewriteSimpleHtml(page, text);
}

function isJson(contentType: string): boolean {
  return /^application\/(?:[a-z0-9.+-]*\+)?json\b/i.test(contentType);
}

/** `dist.tarball` of each version (npm registry: package metadata); one version alone has it at its top. */
function rewritePackument(page: Page, text: string): string {
  const document: unknown = JSON.parse(text);
  if (!isRecord(document)) return text;
  const versions = isRecord(document['versions']) ? Object.values(document['versions']) : [];
  for (const version of [document, ...versions]) {
    const dist = isRecord(version) ? version['dist'] : undefined;
    if (isRecord(dist)) rewriteIn(page, dist, 'tarball');
  }
  return JSON.stringify(document);
}

/** PEP 691. */
function rewriteSimpleJson(page: Page, text: string): string {
  const document: unknown = JSON.parse(text);
  const files = isRecord(document) ? document['files'] : undefined;
  if (Array.isArray(files)) for (const file of files) if (isRecord(file)) rewriteIn(page, file, 'url');
  return JSON.stringify(document);
}

/** PEP 503: anchors. A `<base>` is obeyed and taken out, since all addresses are whole afterwards. */
function rewriteSimpleHtml(page: Page, text: string): string {
  const [, first, second] = /<base\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(text) ?? [];
  const base = URL.parse(plain(first ?? second ?? ''), page.url.href) ?? page.url;
  const from = { ...page, url: base };
  return text
    .replace(/<base\b[^>]*>/gi, '')
    .replace(
      /(<a\b[^>]*?\bhref\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi,
      (_, before: string, one?: string, two?: string) => {
        const written = one ?? two ?? '';
        return `${before}"${rewritten(from, plain(written))?.replaceAll('&', '&amp;') ?? written.replaceAll('"', '&quot;')}"`;
      },
    );
}

function plain(attribute: string): string {
  return attribute.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function rewriteIn(page: Page, record: Record<string, unknown>, key: string): void {
  const value = record[key];
  if (typeof value === 'string') record[key] = rewritten(page, value) ?? value;
}

/** Undefined for what is no address. */
function rewritten({ registry, url, socket }: Page, written: string): string | undefined {
  const address = URL.parse(written, url.href);
  if (address === null) return undefined;
  // Registries behind a proxy write http for what they serve as https.
  if (address.protocol === 'http:' && address.host === new URL(registry.url).host) {
    address.protocol = new URL(registry.url).protocol;
  }
  const path = pathFor(registry.name, registry.url, address);
  return path === undefined ? address.href : `${socket}${path}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
