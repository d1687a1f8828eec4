/** The tables as Kysely sees them; JSON columns are text here and parsed in the file of their aggregate. */
import type { Generated } from 'kysely';

export interface Schema {
  meta: { name: string; value: string };
  deliveries: {
    /** Order of arrival. */
    seq: Generated<number>;
    guid: string;
    source: string;
    event: string;
    body: Buffer;
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
  run_events: { run: string; seq: number; type: string; body: string };
  run_messages: { run: string; id: number; source: string; body: string };
}
