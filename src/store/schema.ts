/** The tables as Kysely sees them; JSON columns are text here and parsed in the file of their aggregate. */

import type { Generated } from 'kysely';
import type { Encoding } from './compression.ts';

export interface Schema {
  meta: { name: string; value: string };
  deliveries: {
    /** Order of arrival. */
    seq: Generated<number>;
    guid: string;
    source: string;
    event: string;
    body: Buffer;
    encoding: Encoding;
    received_at: number;
    state: Generated<'pending' | 'done' | 'failed'>;
    attempts: Generated<number>;
    not_before: Generated<number>;
    error: string | null;
  };
  repos: {
    id: number;
    installation: number;
    facts: string;
    policy: string | null;
    policy_sha: string | null;
    policy_error: string | null;
  };
  items: {
    id: string;
    board: string;
    host: string;
    node_id: string;
    repo: number;
    number: number;
    pull: number | null;
    status: string;
    queued: number;
    seat: number;
    run: string | null;
    updated_at: number;
    facts: string;
  };
  events: {
    seq: Generated<number>;
    id: string;
    item: string;
    body: string;
    at: number;
    done: Generated<number>;
  };
  effects: {
    key: string;
    seq: number;
    item: string;
    lane: string;
    kind: string;
    body: string;
    state: 'intended' | 'sent' | 'confirmed' | 'dropped';
    version: Generated<number>;
    attempts: Generated<number>;
    not_before: Generated<number>;
    receipt: string | null;
    error: string | null;
    updated_at: number;
  };
  runs: {
    id: string;
    item: string;
    epoch: number;
    state: 'live' | 'finished' | 'over';
    workspace: string;
    spec: string;
    assignment: string;
    deadline: number;
    last_seq: Generated<number>;
    heard_at: number;
    bundle_head: string | null;
    created_at: number;
  };
  steps: {
    step: string;
    item: string | null;
    begun: Generated<number>;
    alone: Generated<number>;
    deaths: Generated<number>;
    reason: string | null;
    parked_at: number | null;
  };
  run_events: { run: string; seq: number; type: string; body: string };
  run_messages: { run: string; id: number; source: string; body: string };
  /** One call of a model that the gateway passed on. Costs in millionths of a US dollar, `day` in UTC as `2026-11-21`. */
  model_calls: {
    id: Generated<number>;
    run: string;
    repo: number;
    day: string;
    at: number;
    provider: string;
    model: string;
    /** HTTP status; 0 when nothing came. */
    status: number;
    broken: 'cut' | 'stalled' | 'unreachable' | 'given_up' | null;
    error_type: string | null;
    input: Generated<number>;
    output: Generated<number>;
    cache_read: Generated<number>;
    cache_write: Generated<number>;
    cost: Generated<number>;
    /** 1 when the response told no usage and bytes were counted instead. */
    estimated: Generated<number>;
  };
  /** What a run may spend and has spent; reserved at dispatch, `settled` when the run is over. */
  run_spend: {
    run: string;
    item: string;
    repo: number;
    agent: string;
    day: string;
    cap: number;
    spent: Generated<number>;
    calls: Generated<number>;
    settled: Generated<number>;
  };
  /** What an agent said through its tools, checked. */
  tool_calls: { id: Generated<number>; run: string; tool: string; at: number; body: string };
  /** Where a run was not let out to; `host` is canonical `name:port`, or what may be shown of a malformed one. */
  refused_hosts: { run: string; host: string; reason: string; times: Generated<number>; at: number };
  /** Runners whose provider takes no calls now; nothing is started for them until then. */
  runner_waits: {
    runner: string;
    reason: 'auth' | 'quota';
    sentence: string;
    since: number;
    until: number;
    tries: Generated<number>;
  };
}
