/** What a run is told that is not let out; it goes to whatever tool asked, so it says where the switch is. */
import type { EgressRefusal } from '#src/core/network/refusal.ts';

/** @param target canonical `host:port`, or what may be shown of a malformed one */
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
  method: 'only GET and HEAD of http go without a tunnel; https goes by CONNECT',
  too_many: 'it has as many connections as a run may have',
  malformed: 'this is not plainly a host and a port',
};
