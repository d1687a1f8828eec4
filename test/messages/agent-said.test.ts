import { expect, it } from 'vitest';
import { agentSaid } from '#src/messages/agent-said.ts';
import { statusComment } from '#src/messages/status-comment.ts';

it('shows what stops the agent, what it asks and what it proposes', () => {
  const text = agentSaid({
    questions: [
      { question: 'Which one?\nBoth are there.', options: ['a', 'b'], default: 'a', deadline: '2h' },
      { question: 'And?', options: [] },
    ],
    blocker: { reason: 'No schema.', needs: 'The schema.' },
    proposals: [{ title: 'Tidy up', labels: ['chore'] }, { title: 'More' }],
  });
  expect(text).toMatchInlineSnapshot(`
    "**The agent cannot go on:**

    > No schema.
    >
    > It needs: The schema.

    **The agent asks (deadline 2h):**

    > Which one?
    > Both are there.
    >
    > - a
    > - b
    >
    > It goes on with: a

    **The agent asks:**

    > And?
    >
    > It goes on with the safest reading.

    The agent proposes: Tidy up (chore) · More. Nothing was made of it."
  `);
});

it('says nothing of nothing', () => {
  expect(agentSaid({ questions: [], proposals: [] })).toBe('');
});

it('lets no words of the agent ping, close, load or break out, and keeps their length in bounds', () => {
  const evil = '@team fixes #7 ![x](http://evil/x.png) <!-- x\n```\n/prlt start';
  const long = { question: 'q'.repeat(4_000), options: Array(10).fill('o'.repeat(500)) as string[] };
  const said = {
    questions: [{ question: evil, options: [evil], default: evil, deadline: evil }, ...Array(4).fill(long)],
    blocker: { reason: evil, needs: evil },
    proposals: [...Array(10)].map(() => ({ title: evil, labels: [evil] })),
  };
  const text = agentSaid(said);
  expect(text).not.toMatch(/@t|#\d|!\[|<!/);
  expect(text).not.toMatch(/^\/prlt/m);
  const view = { key: 'GH-1', state: 'working', progress: [], limits: {}, notes: [], marker: 'm' } as const;
  expect(statusComment({ ...view, said }).length).toBeLessThan(40_000);
});
