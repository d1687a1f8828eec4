/** The way out of a run: there is none yet, and every try is answered with a sentence before anything is looked up. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerText } from './raw-answer.ts';

/** Hears of each refused target, canonical `host:port`. */
export type OnRefused = (run: string, host: string) => void;

/**
 * Canonical form of a `CONNECT` target (RFC 9110 §9.3.6): lower case, no trailing dot, numeric IPv4 in dotted form, IPv6
 * in brackets. Undefined for anything that is not plainly `host:port`, user information and encoded names included.
 */
export function canonicalTarget(authority: string): string | undefined {
  const parts = /^([A-Za-z0-9._-]{1,254}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})$/.exec(authority);
  const port = Number(parts?.[2]);
  if (parts?.[1] === undefined || port < 1 || port > 65_535) return undefined;
  const name = parts[1].replace(/\.$/, '');
  if (name === '' || name.startsWith('.') || name.includes('..')) return undefined;
  const url = URL.parse(`http://${name}/`);
  return url === null || url.hostname === '' ? undefined : `${url.hostname}:${port}`;
}

/** Authority of an absolute-form request target (RFC 9112 §3.2.2) with its default port; undefined when it is malformed. */
export function proxyTarget(target: string): string | undefined {
  const parts = /^(https?):\/\/([^/?#\\]*)/i.exec(target);
  if (parts?.[2] === undefined) return undefined;
  const authority = parts[2];
  if (/:[0-9]+$/.test(authority)) return canonicalTarget(authority);
  return canonicalTarget(`${authority}:${parts[1]?.toLowerCase() === 'https' ? 443 : 80}`);
}

export function isProxyRequest(target: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(target);
}

/** The body of each refusal. `host` is canonical. */
export function refusalSentence(host: string): string {
  return `prlt does not let this run reach ${host}: runs have no way out, and no host is on an allow-list yet.\n`;
}

const malformedSentence = 'This is not a host and a port that prlt can read; nothing was dialled.\n';

export function refuseConnect(
  run: string,
  req: IncomingMessage,
  socket: Duplex,
  onRefused?: OnRefused,
): void {
  const host = canonicalTarget(req.url ?? '');
  answerText(
    socket,
    host === undefined ? 400 : 403,
    host === undefined ? malformedSentence : refusalSentence(host),
  );
  if (host !== undefined) onRefused?.(run, host);
}

export function refuseProxyRequest(
  run: string,
  req: IncomingMessage,
  res: ServerResponse,
  onRefused?: OnRefused,
): void {
  const host = proxyTarget(req.url ?? '');
  const text = host === undefined ? malformedSentence : refusalSentence(host);
  res.writeHead(host === undefined ? 400 : 403, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  res.end(text);
  if (host !== undefined) onRefused?.(run, host);
}
