/** Whether what a client sends first into a tunnel fits the place that the tunnel was made for. */
import { isIP } from 'node:net';
import { canonicalTarget, hostAndPort } from '#src/core/network/authority.ts';
import type { EgressRefusal } from '#src/core/network/refusal.ts';
import { readHello } from './client-hello.ts';

/** `more`: it cannot be told yet. */
export type FirstBytes = { kind: 'fine' } | { kind: 'more' } | { kind: 'refused'; reason: EgressRefusal };

/**
 * On port 443 TLS has to come, since many names live at one address there and the name in the hello is what picks one. On
 * other ports other protocols pass, and a hello that comes is held to the same.
 *
 * @param target canonical `host:port` of the tunnel
 */
export function judgeFirstBytes(target: string, bytes: Buffer): FirstBytes {
  const { host, port } = hostAndPort(target);
  const hello = readHello(bytes);
  switch (hello.kind) {
    case 'partial':
      return { kind: 'more' };
    case 'other':
      return port === 443 ? { kind: 'refused', reason: 'not_tls' } : { kind: 'fine' };
    case 'hello':
      if (hello.hidden) return { kind: 'refused', reason: 'hidden_name' };
      return named(hello.name, host, port) ? { kind: 'fine' } : { kind: 'refused', reason: 'other_name' };
  }
}

/** Clients leave the name out for an address only (RFC 6066 §3). */
function named(name: string | undefined, host: string, port: number): boolean {
  if (name === undefined) return isIP(host) !== 0;
  const canonical = canonicalTarget(`${name}:${port}`);
  return canonical !== undefined && hostAndPort(canonical).host === host;
}
