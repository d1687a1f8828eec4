/** What people ask for: start, stop, poke, taking back, answers. */
import { describe, expect, test } from 'vitest';
import type { ItemEvent } from '#src/core/event.ts';
import { statusOf } from '#src/core/status.ts';
import {
  alice,
  anItem,
  aPolicy,
  aRequest,
  aSeat,
  aSnapshot,
  failure,
  finished,
  now,
  opened,
  origin,
  published,
} from '#test/support/builders.ts';
import { itemAt, names, type Phase, play } from '../story.ts';

const comment = { number: 12, comment: 99 };
const stopAsked: ItemEvent = { type: 'stop_asked', by: alice, origin: comment, ordinal: 0 };

describe('asking for work', () => {
  const underWay: Phase[] = ['waiting', 'claimed', 'launched', 'working', 'publishing', 'published'];
  test.each(underWay)('is shown again and not begun twice while the item is %s', (phase) => {
    const item = itemAt(phase);
    const again = aRequest({ via: 'command', origin: comment });
    const after = play(item, [again, again]);
    expect({ ...after.item, notes: [] }).toEqual(item);
    expect(after.item.notes).toEqual([expect.stringContaining('under way')]);
    expect(names(play(item, [again]).effects)).toEqual(['react:rocket', 'status-comment', 'set-labels']);
  });

  test('by the label counts as again only some time after the first', () => {
    const item = itemAt('working');
    expect(play(item, [aRequest()], { now: now + 2_000 }).item.notes).toEqual([]);
    const later = play(item, [aRequest(), aRequest()], { now: now + 4_000 }).item;
    expect(later.notes).toEqual([expect.stringContaining('under way')]);
  });

  test('is held while the issue has agent:hold, and no longer once it is asked for without', () => {
    const held = play(anItem(), [aRequest({ snapshot: aSnapshot({ labels: ['agent:hold'] }) })]).item;
    expect(held.held).toBe(true);
    const stopped = play(held, [stopAsked]).item;
    expect(play(stopped, [aRequest()]).item).not.toHaveProperty('held');
  });

  test('of an item with an open pull request asks for a fix of it', () => {
    const item = itemAt('review');
    const after = play(item, [aRequest()]).item;
    expect(after).toMatchObject({ generation: 2, wants: 'fix', change: item.change });
    expect(statusOf(after)).toBe('review');
    expect(play(after, [aSeat('run2')]).item.run).toMatchObject({ id: 'run2', phase: 'claimed' });
    expect(play(item, [aSeat('run2')])).toEqual({ item, effects: [] });
  });

  const over: [string, ItemEvent[]][] = [
    ['no change', [finished({ changed: false })]],
    ['failed', [{ type: 'launch_failed', run: 'run1', failure, again: false }]],
    ['stopped', [stopAsked, { type: 'run_lost', run: 'run1', cause: 'killed' }]],
    [
      'closed pull request',
      [
        finished(),
        published(),
        opened(),
        { type: 'pull_changed', number: 40, state: 'closed', draft: false },
      ],
    ],
    [
      'merged and asked for more',
      [
        finished(),
        published(),
        opened(),
        { type: 'pull_changed', number: 40, state: 'merged', draft: false },
      ],
    ],
  ];
  test.each(over)('begins a new generation after: %s', (_, events) => {
    const ended = play(itemAt('working'), events).item;
    const again = play({ ...ended, attempts: 2, losses: 1, retryAt: 5, lastFailure: failure }, [
      aRequest(),
    ]).item;
    expect(again).toMatchObject({ generation: 2, attempts: 0, losses: 0 });
    expect(statusOf(again)).toBe('ready');
    for (const fact of ['outcome', 'change', 'retryAt', 'lastFailure'])
      expect(again).not.toHaveProperty(fact);
  });

  test('keeps the text, the person and the time of the request', () => {
    const { request } = play(anItem(), [aRequest({ notes: ['said'] })]).item;
    expect(request).toEqual({ by: alice, via: 'label', origin, snapshot: aSnapshot(), at: now });
  });

  test('says how labels were read, then what came with the request', () => {
    const snapshot = aSnapshot({ labels: ['P0', 'priority:4'] });
    const { notes } = play(anItem(), [aRequest({ snapshot, notes: ['from the configuration'] })]).item;
    expect(notes).toEqual([expect.stringContaining('priority 1'), 'from the configuration']);
  });

  const seatless: { code: string; labels: string[]; policy: Parameters<typeof aPolicy>[0]; says: string }[] =
    [
      { code: 'NO_RUNNER', labels: [], policy: { profiles: { coder: {} } }, says: '"coder"' },
      { code: 'NO_PROFILE', labels: ['profile:nobody'], policy: {}, says: '"nobody"' },
      { code: 'NO_PROFILE', labels: ['profile:constructor'], policy: {}, says: '"constructor"' },
      {
        code: 'NO_WORKER',
        labels: ['type:docs'],
        policy: { workers: [{ name: 'dev', takes: ['code'], profile: 'coder', agents: ['a'] }] },
        says: '"docs"',
      },
    ];
  test.each(seatless)(
    'ends by name when no seat can ever take it: $code $labels',
    ({ code, labels, policy, says }) => {
      const after = play(anItem(), [aRequest({ snapshot: aSnapshot({ labels }) })], {
        policy: aPolicy(policy),
      });
      expect(after.item.outcome).toMatchObject({ kind: 'failed', failure: { code } });
      expect(after.item.outcome).toMatchObject({ failure: { sentence: expect.stringContaining(says) } });
      expect(names(after.effects)).toEqual(['react:eyes', 'status-comment', 'set-labels']);
    },
  );

  test('a failure that came with the request is the one that is told', () => {
    const after = play(anItem(), [aRequest({ failure })], { policy: aPolicy({ profiles: { coder: {} } }) });
    expect(after.item.outcome).toEqual({ kind: 'failed', failure });
    expect(statusOf(after.item)).toBe('failed');
  });

  test('does not start work on a closed issue', () => {
    const after = play(anItem({ closed: 'completed' }), [aRequest()]);
    expect(after.item).toMatchObject({ generation: 0, closed: 'completed' });
    expect(after.item.request).toBeUndefined();
  });

  test('by somebody without permission only shows that it was refused', () => {
    const after = play(anItem(), [{ type: 'request_denied', origin: comment }]);
    expect(after.item).toEqual(anItem());
    expect(names(after.effects)).toEqual(['react:confused']);
  });

  test('a command that is understood is seen at once', () => {
    const after = play(anItem(), [{ type: 'command_seen', origin: comment }]);
    expect(names(after.effects)).toEqual(['react:eyes']);
  });
});

describe('stopping', () => {
  const nothing: Phase[] = ['untouched', 'review'];
  test.each(nothing)('says that nothing runs when the item is %s', (phase) => {
    const item = itemAt(phase);
    const after = play(item, [stopAsked]);
    expect(after.item).toEqual(item);
    expect(names(after.effects)).toEqual(['reply:nothing_running', 'react:confused']);
  });

  const atOnce: Phase[] = ['waiting', 'published'];
  test.each(atOnce)('ends an item without a container at once: %s', (phase) => {
    const after = play(itemAt(phase), [stopAsked]);
    expect(after.item.outcome).toEqual({ kind: 'stopped', by: 'alice' });
    expect(statusOf(after.item)).toBe('cancelled');
    expect(names(after.effects)).toEqual(['react:rocket', 'status-comment', 'set-labels']);
  });

  const held: Phase[] = ['claimed', 'launched', 'working', 'publishing'];
  test.each(held)('keeps the seat until the end of the container is confirmed: %s', (phase) => {
    const after = play(itemAt(phase), [stopAsked]);
    expect(after.item.outcome).toBeUndefined();
    expect(after.item.run?.stopping).toEqual({ cause: 'asked', by: 'alice' });
    expect(names(after.effects)).toEqual(['react:rocket', 'stop-run', 'status-comment']);
  });

  const confirmations: [string, Phase, ItemEvent][] = [
    ['gone before it was launched', 'claimed', { type: 'run_lost', run: 'run1', cause: 'gone' }],
    ['launch failed meanwhile', 'claimed', { type: 'launch_failed', run: 'run1', failure, again: true }],
    ['container ended', 'working', { type: 'run_lost', run: 'run1', cause: 'killed' }],
    ['killed for memory on its way out', 'working', { type: 'run_lost', run: 'run1', cause: 'oom' }],
    ['the shim said cancelled', 'working', finished({ outcome: 'cancelled', changed: false })],
    ['the shim finished in the same moment', 'working', finished()],
    ['the agent failed in the same moment', 'working', finished({ outcome: 'failed', exitCode: 143 })],
    [
      'the push was not begun any more',
      'publishing',
      { type: 'change_refused', run: 'run1', failure, fault: 'stopped' },
    ],
    [
      'the change was refused',
      'publishing',
      { type: 'change_refused', run: 'run1', failure, fault: 'attempt' },
    ],
    ['the change was pushed in the same moment', 'publishing', published()],
    [
      'the push failed by no fault of the agent',
      'publishing',
      { type: 'change_refused', run: 'run1', failure, fault: 'machinery' },
    ],
  ];
  test.each(confirmations)('is over when: %s', (_, phase, event) => {
    const after = play(itemAt(phase), [stopAsked, event]);
    expect(after.item.outcome).toEqual({ kind: 'stopped', by: 'alice' });
    expect(after.item).toMatchObject({ attempts: 0, losses: 0, run: { phase: 'ended' } });
    expect(names(after.effects)).toContain('clean-run:workspace');
    expect(names(after.effects)).not.toContain('open-pull');
  });

  test('twice asks the container once', () => {
    const after = play(itemAt('working'), [
      stopAsked,
      { ...stopAsked, origin: { number: 12, comment: 100 } } as ItemEvent,
    ]);
    expect(names(after.effects).filter((name) => name === 'stop-run')).toHaveLength(1);
  });

  test('of a run that is over its time ends the item instead of trying again', () => {
    const events: ItemEvent[] = [
      { type: 'run_over_limit', run: 'run1', limit: 'run' },
      stopAsked,
      { type: 'run_lost', run: 'run1', cause: 'killed' },
    ];
    expect(play(itemAt('working'), events).item.outcome).toEqual({ kind: 'stopped', by: 'alice' });
  });

  test('while waiting for the next attempt leaves no later start behind', () => {
    const after = play(itemAt('working'), [finished({ outcome: 'failed', exitCode: 1 }), stopAsked]).item;
    expect(after).toMatchObject({ outcome: { kind: 'stopped' } });
    expect(after).not.toHaveProperty('retryAt');
    expect(play(after, [aSeat('run2')]).effects).toEqual([]);
  });
});

describe('taking the request back', () => {
  const back: ItemEvent = { type: 'request_withdrawn', by: alice };

  test('ends a wait at once, quietly', () => {
    const after = play(itemAt('waiting'), [back]);
    expect(after.item.outcome).toEqual({ kind: 'stopped', by: 'alice' });
    expect(names(after.effects)).toEqual(['status-comment', 'set-labels']);
  });

  test('stops a run', () => {
    const after = play(itemAt('working'), [back]);
    expect(after.item.run?.stopping).toEqual({ cause: 'withdrawn', by: 'alice' });
    expect(names(after.effects)).toEqual(['stop-run', 'status-comment']);
  });

  test.each<Phase>(['untouched', 'review'])('means nothing when the item is %s', (phase) => {
    const item = itemAt(phase);
    expect(play(item, [back])).toEqual({ item, effects: [] });
  });
});

describe('poking', () => {
  const poke: ItemEvent = { type: 'poke_asked', by: alice, origin: comment, ordinal: 0, text: 'use tabs' };

  test.each<Phase>(['claimed', 'launched', 'working'])('reaches a run that is %s', (phase) => {
    const { effects } = play(itemAt(phase), [poke]);
    expect(names(effects)).toEqual(['send-message', 'status-comment']);
    expect(effects[0]).toMatchObject({ run: 'run1', text: 'use tabs', from: 'alice' });
  });

  test.each<Phase>(['untouched', 'waiting', 'publishing', 'published', 'review'])(
    'says that nothing runs: %s',
    (phase) => {
      const item = itemAt(phase);
      const after = play(item, [poke]);
      expect(after.item).toEqual(item);
      expect(names(after.effects)).toEqual(['reply:nothing_running', 'react:confused']);
    },
  );

  const heardAs = (ordinal: number): ItemEvent => ({
    type: 'poke_heard',
    run: 'run1',
    source: `run1/${comment.comment}/${ordinal}`,
  });
  const second = { ...poke, text: 'and no semicolons', ordinal: 1 } as ItemEvent;

  test('gets its rocket when the agent has it, and once', () => {
    const poked = play(itemAt('working'), [poke, second]).item;
    const first = play(poked, [heardAs(0), heardAs(0)]);
    expect(names(first.effects)).toEqual(['react:rocket']);
    expect(first.item.run?.pokes).toEqual([{ origin: comment, ordinal: 1 }]);
    expect(play(first.item, [heardAs(1)]).item).toEqual(itemAt('working'));
  });

  test.each<[string, ItemEvent[]]>([
    ['ends by itself', [finished({ changed: false })]],
    ['fails', [finished({ outcome: 'failed', cause: 'agent_exit', exitCode: 1 })]],
    ['is lost', [{ type: 'run_lost', run: 'run1', cause: 'killed' }]],
    ['is stopped', [stopAsked, finished({ outcome: 'cancelled' })]],
    ['is published', [finished(), published()]],
  ])('that no agent got is answered when the run %s', (_, end) => {
    const poked = play(itemAt('working'), [poke, second, heardAs(0)]).item;
    const { item, effects } = play(poked, end);
    expect(item.run).not.toHaveProperty('pokes');
    const answers = effects.filter((one) => one.kind === 'reply');
    expect(answers).toMatchObject([{ origin: comment, ordinal: 1, reply: { kind: 'nothing_running' } }]);
    expect(names(effects)).toContain('react:confused');
  });

  test('twice in one comment gives two messages', () => {
    const messages = play(itemAt('working'), [poke, second]).effects.filter(
      (one) => one.kind === 'send-message',
    );
    expect(new Set(messages.map((one) => one.key)).size).toBe(2);
  });

  test('does not reach a run that is being stopped', () => {
    expect(names(play(itemAt('working'), [stopAsked, poke]).effects)).toContain('reply:nothing_running');
  });
});

describe('answers', () => {
  test.each([
    ['help', { kind: 'help' }, 'react:rocket'],
    ['status', { kind: 'status' }, 'react:rocket'],
    [
      'a wrong command',
      { kind: 'command_error', code: 'UNKNOWN', sentence: 'No.', usage: '/prlt help' },
      'react:confused',
    ],
  ] as const)('%s', (_, reply, reaction) => {
    const after = play(anItem(), [{ type: 'reply_asked', origin: comment, reply, ordinal: 0 }]);
    expect(names(after.effects)).toEqual([`reply:${reply.kind}`, reaction]);
  });

  test('several in one comment each have their own key', () => {
    const ask = (ordinal: number): ItemEvent => ({
      type: 'reply_asked',
      origin: comment,
      reply: { kind: 'help' },
      ordinal,
    });
    const replies = play(anItem(), [ask(0), ask(1)]).effects.filter((one) => one.kind === 'reply');
    expect(new Set(replies.map((one) => one.key)).size).toBe(2);
  });
});

describe('asking again while the run is being stopped', () => {
  const again = aRequest({ via: 'command', origin: comment, ordinal: 1 });
  const over: ItemEvent = { type: 'run_lost', run: 'run1', cause: 'killed' };

  test('starts anew when it has ended, with the text of the new request', () => {
    const newer = { ...again, snapshot: aSnapshot({ body: 'the newer text' }) } as ItemEvent;
    const stopping = play(itemAt('working'), [stopAsked, newer]);
    expect(names(stopping.effects)).toContain('react:rocket');
    expect(stopping.item.generation).toBe(1);
    const { item } = play(stopping.item, [over]);
    expect(statusOf(item)).toBe('ready');
    expect(item).toMatchObject({ generation: 2, request: { snapshot: { body: 'the newer text' } } });
    expect(item).not.toHaveProperty('next');
  });

  test('and stopping once more takes that back too', () => {
    const { item } = play(itemAt('working'), [stopAsked, again, stopAsked, over]);
    expect(statusOf(item)).toBe('cancelled');
    expect(item).not.toHaveProperty('next');
  });
});
