/** The shim's last word, checked: everything that comes over the socket is the agent's word. */
import { z } from 'zod';
import type { Verdict as Said } from '#runners/shim/protocol.ts';
import type { Verdict } from '../core/verdict.ts';

/** Results that an agent writes, version 1 (DESIGN §10); longer texts are cut, unknown keys ignored. */
const result = z.object({
  title: z
    .string()
    .transform((text) => text.slice(0, 200))
    .optional(),
  summary: z
    .string()
    .transform((text) => text.slice(0, 20_000))
    .optional(),
  tested: z
    .string()
    .transform((text) => text.slice(0, 5_000))
    .optional(),
});

export function verdictOf(said: Said): Verdict {
  const parsed = said.result === undefined ? undefined : result.safeParse(said.result);
  return {
    outcome: said.outcome,
    cause: said.cause,
    error: said.error?.slice(0, 2_000),
    exitCode: said.exitCode,
    signal: said.signal,
    lastLines: said.lastLines?.slice(-20).map((line) => line.slice(0, 500)),
    head: said.head,
    changed: said.changed,
    commits: said.commits,
    ...(parsed?.success ? { result: parsed.data } : {}),
    ...(said.oomKills && said.oomKills > 0 ? { oomKilled: true } : {}),
  };
}
