/** What the shim makes of an ACP agent's updates, questions and endings. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sampleAssignment } from '#test/support/shim-run.ts';
import { stageShims } from '#test/support/shim-stage.ts';

const stage = stageShims({ '.gitattributes': '*.bin filter=lfs diff=lfs\n' });

async function start(text: string) {
  const assignment = sampleAssignment(stage.sample, '');
  await stage.start({
    ...assignment,
    agent: {
      ...assignment.agent,
      name: 'scripted',
      argv: ['{node}', join(import.meta.dirname, 'scripted-agent.ts')],
      acp: { steering: true, resume: 'load', mode: 'bypass', options: [{ id: 'model', value: 'small' }] },
    },
    prompt: { number: 1, kind: 'implement', text },
  });
  return stage.run.host;
}

it('reports thoughts, tools and usage and allows what it is asked for', async () => {
  const host = await start('work');
  expect(await host.verdict()).toMatchObject({ outcome: 'finished', changed: false });
  expect(host.said('thought')).toBe('hm');
  expect(host.of('tool').map((event) => [event.title, event.status])).toEqual([
    ['Edit x', 'pending'],
    ['Edit x', 'completed'],
  ]);
  expect(host.of('permission')).toEqual([expect.objectContaining({ title: 'Run make', answer: 'Always' })]);
  expect(host.said()).toContain('"optionId":"always"');
  expect(host.said()).not.toContain('from before any prompt');
  expect(host.of('usage')[0]?.said).toMatchObject({ used: 10 });
  expect(host.of('note').map(({ text }) => text)).toEqual(['Files kept in Git LFS are left as pointers.']);
});

it('steers a running turn where the agent can be steered', async () => {
  const host = await start('wait');
  await host.until('message');
  const poke = host.send({ type: 'poke', text: 'Use tabs.', from: 'ada' });
  expect(await host.verdict()).toMatchObject({ outcome: 'finished' });
  expect(host.of('poke_delivered')).toEqual([expect.objectContaining({ message: poke, how: 'steered' })]);
  expect(host.of('prompt_started')).toHaveLength(1);
  expect(host.said()).toContain('steered: Use tabs.');
  expect(host.of('usage').at(-1)?.said).toMatchObject({ turn: 1, usage: { totalTokens: 7 } });
});

it.each([
  ['refuse', 'the agent ended its turn with refusal', { stop: 'refusal' }],
  ['provider', 'Out of credit', { stop: 'end_turn', failure: { title: 'Out of credit' } }],
  ['error', 'API Error: 400', { error: { code: -32603, message: 'API Error: 400' } }],
])('does not take %s for success, and says how it ended', async (text, error, end) => {
  const host = await start(text);
  const verdict = await host.verdict();
  expect(verdict).toMatchObject({ outcome: 'failed', cause: 'agent_error', error });
  expect(verdict.end).toEqual(end);
});
