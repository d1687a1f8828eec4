/** From an allowed name to the addresses that may be dialled for it, all of them looked at before one is used. */
import { lookup as dnsLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { reachOf } from './addresses.ts';

/** All addresses of a name, as the system resolver gives them. Rejects when there are none. */
export type Lookup = (host: string) => Promise<{ address: string; family: number }[]>;

export type Resolved =
  | { kind: 'addresses'; addresses: string[] }
  | { kind: 'not_public'; addresses: string[] }
  | { kind: 'unknown'; reason: string };

export const systemLookup: Lookup = (host) => dnsLookup(host, { all: true, order: 'verbatim' });

/** @param privately whether the operator lets this name lead to private addresses */
export async function resolveHost(host: string, privately: boolean, lookup: Lookup): Promise<Resolved> {
  let addresses: string[];
  try {
    addresses = isIP(host) ? [host] : (await lookup(host)).map(({ address }) => address);
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
  if (addresses.length === 0) return { kind: 'unknown', reason: 'it has no address' };
  // One bad address among good ones is how a name is turned against its reader, so it spoils them all.
  const fine = addresses.every((address) => {
    const reach = reachOf(address);
    return reach === 'public' || (reach === 'private' && privately);
  });
  return fine ? { kind: 'addresses', addresses } : { kind: 'not_public', addresses };
}
