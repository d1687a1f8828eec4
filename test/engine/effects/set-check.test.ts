/** The check on the published commit: what an agent had a say in goes out without secrets. */
import { expect, test } from 'vitest';
import { setCheckRun } from '#src/engine/effects/set-check.ts';
import { itemAt } from '../../core/story.ts';
import { scratchContext } from '../scratch.ts';

const secret = 'a webhook secret';

test('a secret in its title or its text is taken out', async () => {
  const sent: unknown[] = [];
  const checks = {
    listForRef: async () => ({ data: { check_runs: [] } }),
    create: async (request: unknown) => void sent.push(request),
  };
  const { context } = await scratchContext({ authenticate: (async () => ({ rest: { checks } })) as never });
  const item = { ...itemAt('review'), key: secret, notes: [`The agent says: ${secret}.`] };
  const effect = { kind: 'set-check' as const, sha: item.change?.head ?? '' };
  const job = { item, again: false, attempts: 0, receipt: undefined, signal: new AbortController().signal };
  expect(await setCheckRun(context, { ...job, effect } as never)).toEqual({ kind: 'done' });
  expect(sent).toMatchObject([
    {
      output: {
        title: expect.stringContaining('[redacted]'),
        summary: expect.stringContaining('[redacted]'),
      },
    },
  ]);
  expect(JSON.stringify(sent)).not.toContain(secret);
});
