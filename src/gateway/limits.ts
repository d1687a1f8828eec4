/** What one run may ask of its socket: everything on it is an agent's word, so everything has a bound. */

/** Sizes in bytes, durations in milliseconds. */
export interface GatewayLimits {
  /** One `POST /events` body. */
  eventsBytes: number;
  /** One line of it. */
  lineBytes: number;
  /** Lines of it. */
  events: number;
  /** Open connections of one run; further ones are dropped without an answer. */
  connections: number;
  /** Requests of one run that are being answered at the same time. */
  requests: number;
  /** Time for a request's head. */
  headMs: number;
  /** Time for a whole `POST /events` body. */
  eventsMs: number;
  /** One `POST /mcp` body. */
  mcpBytes: number;
  /** Time for a whole `POST /mcp` body. */
  mcpMs: number;
  /** Connections to the outside, tunnels and plain requests. */
  tunnels: number;
  /** Silence of both sides after which one of them ends. */
  tunnelIdleMs: number;
  /** Silence after which an unfinished bundle is given up. */
  bundleIdleMs: number;
  heartbeatMs: number;
  /** Time that requests in progress have when the gateway stops. */
  stopGraceMs: number;
}

const MiB = 1024 * 1024;

export const defaultLimits: GatewayLimits = {
  eventsBytes: 8 * MiB,
  lineBytes: MiB,
  events: 10_000,
  connections: 256,
  requests: 192,
  headMs: 10_000,
  eventsMs: 60_000,
  mcpBytes: MiB,
  mcpMs: 30_000,
  tunnels: 128,
  tunnelIdleMs: 300_000,
  bundleIdleMs: 60_000,
  heartbeatMs: 15_000,
  stopGraceMs: 2_000,
};
