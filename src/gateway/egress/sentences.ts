/** What a run is told that is not let out; it goes to whatever tool asked, so it says where the switch is. */
import type { EgressRefusal } from '#src/core/network/refusal.ts';

export const malformedSentence = 'This is not a host and a port that prlt can read; nothing was dialled.\n';

/** @param target canonical `host:port` */
export function refusalSentence(target: string, reason: EgressRefusal): string {
  return `prlt does not let this run reach ${target}: ${reasons[reason]}.\n`;
}

const reasons: Record<EgressRefusal, string> = {
  not_listed:
    'it is not on the allow-list. People can allow it with `network.allow` in .github/prlt.yml, under PRLT_ALLOW_HOSTS of the service',
  not_public: 'its name leads to an address that is not on the public internet',
  other_name: 'TLS names another host than the one that the tunnel is for',
  hidden_name: 'TLS hides the name of the host (encrypted ClientHello)',
  not_tls: 'only TLS goes over port 443',
  method: 'only GET and HEAD go over plain http; use https',
  too_many: 'it has as many connections as a run may have',
};
