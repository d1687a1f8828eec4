/** Which addresses a run may be let out to: the public internet, and nothing that only looks like it. */
import ipaddr from 'ipaddr.js';

/** `private`: the operator may allow it by name. `never`: nobody can, such as a cloud's metadata service. */
export type Reach = 'public' | 'private' | 'never';

/** Metadata services of clouds that are not link-local: AWS and GCP over IPv6, Alibaba, Oracle, Azure. */
const metadata = new Set(
  ['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '192.0.0.192', '168.63.129.16'].map((one) =>
    ipaddr.parse(one).toNormalizedString(),
  ),
);

/** Ranges that the operator may have machines in; all that is neither here nor `unicast` is closed for good. */
const privateRanges = new Set(['private', 'uniqueLocal', 'loopback', 'carrierGradeNat']);

const globalIPv6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** RFC 6052: how a network without IPv4 writes an IPv4 address. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** @param address as `dns.lookup` gives it; anything that is no address is `never` */
export function reachOf(address: string): Reach {
  if (!ipaddr.isValid(address) || address.includes('%')) return 'never';
  // `::8.8.8.8` is not the mapped address that ipaddr.js takes it for.
  if (/:.*\./.test(address) && !/^(::ffff|64:ff9b:):[0-9.]+$/i.test(address)) return 'never';
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return reachIn(parsed, true);
  if (parsed.isIPv4MappedAddress()) return reachIn(parsed.toIPv4Address(), true);
  if (parsed.match(nat64)) {
    // Beyond the translator it is a network that is not ours: nothing private is meant there.
    const inner = new ipaddr.IPv4(parsed.toByteArray().slice(12));
    return reachIn(inner, true) === 'public' ? 'public' : 'never';
  }
  return reachIn(parsed, parsed.match(globalIPv6));
}

/** @param global whether `unicast` means the internet here: most of IPv6 is not handed out, or was for tunnels */
function reachIn(address: ipaddr.IPv4 | ipaddr.IPv6, global: boolean): Reach {
  if (metadata.has(address.toNormalizedString())) return 'never';
  const range = address.range();
  if (range === 'unicast') return global ? 'public' : 'never';
  return privateRanges.has(range) ? 'private' : 'never';
}
