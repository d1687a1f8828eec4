/** Why a run was not let out to a place. */

/**
 * `not_listed`: neither the service nor the repository allows it. `not_public`: its name leads to an address that is not
 * on the public internet. `other_name`: TLS named another host than the tunnel. `not_tls`: what came on port 443 was no TLS.
 * `hidden_name`: TLS encrypted the name. `method`: only GET and HEAD of http go without a tunnel. `too_many`: tunnels of one run.
 * `malformed`: it is not plainly a host and a port.
 */
export type EgressRefusal =
  | 'not_listed'
  | 'not_public'
  | 'other_name'
  | 'hidden_name'
  | 'not_tls'
  | 'method'
  | 'too_many'
  | 'malformed';

/** A place and how often a run was not let out to it, for the last reason. */
export interface RefusedHost {
  /** Canonical `host:port`; what may be shown of a malformed one. */
  host: string;
  reason: EgressRefusal;
  times: number;
}

/** Where a run was not let out to. */
export interface Refused {
  hosts: readonly RefusedHost[];
  /** Tries at places beside these, whose names are not kept. */
  beyond: number;
}
