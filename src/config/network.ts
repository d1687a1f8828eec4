/** How prlt itself gets out: the operator's proxies and private certificate authority, also when they stand in `.env`. */
import { readFileSync } from 'node:fs';
import { setGlobalProxyFromEnv } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Never through a proxy: what is on this machine, such as a model server or a TCP engine. */
const local = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * Applies `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` and `NODE_EXTRA_CA_CERTS` to this process. Node's fetch ignores
 * proxies unless told, and reads the authorities only from the environment it was born with (docs: Node http, tls).
 *
 * @returns a sentence about what cannot be used, undefined when all is well
 */
export function applyNetwork(env: Record<string, string | undefined>): string | undefined {
  const extra = env['NODE_EXTRA_CA_CERTS'];
  if (extra) {
    try {
      setDefaultCACertificates([...getCACertificates('default'), readFileSync(extra, 'utf8')]);
    } catch (error) {
      return `NODE_EXTRA_CA_CERTS cannot be used: ${messageOf(error)}`;
    }
  }
  const proxies = proxiesOf(env);
  try {
    setGlobalProxyFromEnv(proxies);
  } catch {
    // The address may hold a password, so it is not repeated.
    return 'HTTP_PROXY or HTTPS_PROXY is not an address such as http://proxy.example.org:3128.';
  }
  return undefined;
}

/** The proxies under the names that Node reads; the lower-case name wins, as everywhere. */
export function proxiesOf(env: Record<string, string | undefined>): Record<string, string> {
  const named = (name: string) => env[name] || env[name.toUpperCase()];
  const found: Record<string, string> = {};
  for (const name of ['http_proxy', 'https_proxy']) {
    const value = named(name);
    if (value) found[name] = value;
  }
  const given = named('no_proxy');
  found['no_proxy'] = given === '*' ? given : [given, ...local].filter(Boolean).join(',');
  return found;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
