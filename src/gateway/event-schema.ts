/** The shim's events as the host takes them: the protocol's union, checked field by field. */
import { z } from 'zod';
import type { ShimEvent } from '#runners/shim/protocol.ts';

const count = z.int().nonnegative();
const line = z.string();
const lines = z.array(line).max(100);
const kind = z.enum(['plan', 'implement', 'fix', 'review', 'decide', 'resolve', 'validate']);
const head = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

const end = z.strictObject({
  stop: line.exactOptional(),
  error: z.strictObject({ code: z.int().exactOptional(), message: line }).exactOptional(),
  failure: z.strictObject({ category: line.exactOptional(), title: line.exactOptional() }).exactOptional(),
  exitCode: z.int().exactOptional(),
  signal: line.exactOptional(),
});

const verdict = z.strictObject({
  outcome: z.enum(['finished', 'failed', 'cancelled']),
  cause: z
    .enum([
      'agent_exit',
      'agent_error',
      'checkout',
      'setup',
      'setup_time',
      'image',
      'bundle',
      'spawn',
      'protocol',
    ])
    .exactOptional(),
  error: line.exactOptional(),
  exitCode: z.int().exactOptional(),
  signal: line.exactOptional(),
  lastLines: lines.exactOptional(),
  end: end.exactOptional(),
  // A run that failed before its checkout has no commit to name.
  head: z.union([head, z.literal('')]),
  changed: z.boolean(),
  commits: count,
  result: z.unknown().exactOptional(),
  oomKills: count.exactOptional(),
});

const stamp = { seq: z.int().positive(), at: z.iso.datetime({ offset: true }) };

const bodies = [
  z.strictObject({
    ...stamp,
    type: z.literal('shim_started'),
    protocol: z.int(),
    shim: line,
    resumed: z.boolean(),
  }),
  z.strictObject({ ...stamp, type: z.literal('checkout_ready'), head, notes: z.array(line).max(1000) }),
  z.strictObject({
    ...stamp,
    type: z.literal('agent_started'),
    agent: line,
    session: line,
    resumed: z.boolean(),
  }),
  z.strictObject({ ...stamp, type: z.literal('prompt_started'), number: z.int().positive(), kind }),
  z.strictObject({
    ...stamp,
    type: z.literal('message'),
    text: line,
    stream: z.enum(['stdout', 'stderr', 'thought']).exactOptional(),
    truncated: count.exactOptional(),
  }),
  z.strictObject({
    ...stamp,
    type: z.literal('tool'),
    id: line,
    title: line,
    status: line,
    kind: line.exactOptional(),
  }),
  z.strictObject({ ...stamp, type: z.literal('usage'), said: z.unknown() }),
  z.strictObject({ ...stamp, type: z.literal('progress'), message: line }),
  z.strictObject({ ...stamp, type: z.literal('permission'), title: line, answer: line }),
  z.strictObject({
    ...stamp,
    type: z.literal('poke_delivered'),
    message: count,
    how: z.enum(['steered', 'next_turn']),
  }),
  z.strictObject({
    ...stamp,
    type: z.literal('prompt_ended'),
    number: z.int().positive(),
    stop: line,
    error: line.exactOptional(),
    exitCode: z.int().exactOptional(),
    lastLines: lines.exactOptional(),
  }),
  z.strictObject({
    ...stamp,
    type: z.literal('setup_step'),
    command: line,
    exitCode: z.int(),
    ms: count,
    lastLines: lines.exactOptional(),
  }),
  z.strictObject({ ...stamp, type: z.literal('output_capped'), bytes: count }),
  z.strictObject({ ...stamp, type: z.literal('note'), text: line }),
  z.strictObject({ ...stamp, type: z.literal('finished'), verdict, lastMessage: count }),
] as const;

export const eventTypes: ReadonlySet<string> = new Set(bodies.map((body) => body.shape.type.value));

export const shimEvent = z.discriminatedUnion('type', bodies) satisfies z.ZodType<ShimEvent>;
