/** Keys and lanes of effects: what is one write, what is another, what waits for what. */
import { describe, expect, test } from 'vitest';
import { type EffectBody, effect } from '#src/core/effect.ts';
import { anItem, origin } from '#test/support/builders.ts';

const item = anItem({ generation: 2 });
const comment = { number: 12, comment: 99 };

describe('keys', () => {
  const keys: [EffectBody, string][] = [
    [{ kind: 'react', origin, content: 'eyes' }, 'item1/2/react/#12/eyes'],
    [{ kind: 'react', origin: comment, content: 'rocket' }, 'item1/2/react/c99/rocket'],
    [{ kind: 'reply', origin: comment, reply: { kind: 'help' }, ordinal: 3 }, 'item1/2/reply/c99/3'],
    [{ kind: 'launch-run', run: 'r' }, 'item1/2/launch-run/r'],
    [{ kind: 'stop-run', run: 'r', reason: 'asked' }, 'item1/2/stop-run/r'],
    [{ kind: 'publish', run: 'r' }, 'item1/2/publish/r'],
    [{ kind: 'open-pull', run: 'r' }, 'item1/2/open-pull/r'],
    [{ kind: 'status-comment' }, 'item1/status-comment'],
    [{ kind: 'set-labels' }, 'item1/set-labels'],
    [{ kind: 'set-check', sha: 'abc' }, 'item1/set-check/abc'],
  ];
  test.each(keys)('$kind', (body, key) => {
    expect(effect(item, body).key).toBe(key);
  });

  const pairs: [string, EffectBody, EffectBody][] = [
    ['runs', { kind: 'publish', run: 'a' }, { kind: 'publish', run: 'b' }],
    [
      'container and workspace',
      { kind: 'clean-run', run: 'a' },
      { kind: 'clean-run', run: 'a', workspace: 'w' },
    ],
    ['reactions', { kind: 'react', origin, content: 'eyes' }, { kind: 'react', origin, content: 'rocket' }],
    [
      'an issue and a comment of the same number',
      { kind: 'react', origin: { number: 9 }, content: 'eyes' },
      { kind: 'react', origin: { number: 1, comment: 9 }, content: 'eyes' },
    ],
    ['heads', { kind: 'set-check', sha: 'a' }, { kind: 'set-check', sha: 'b' }],
    [
      'pokes of one comment',
      { kind: 'send-message', run: 'a', origin: comment, ordinal: 0, text: '', from: '' },
      { kind: 'send-message', run: 'a', origin: comment, ordinal: 1, text: '', from: '' },
    ],
    [
      'runs that a comment pokes',
      { kind: 'send-message', run: 'a', origin: comment, ordinal: 0, text: '', from: '' },
      { kind: 'send-message', run: 'b', origin: comment, ordinal: 0, text: '', from: '' },
    ],
  ];
  test.each(pairs)('tell %s apart', (_, a, b) => {
    expect(effect(item, a).key).not.toBe(effect(item, b).key);
  });

  test('what happens once may happen again in the next generation, a state to reach is one row for ever', () => {
    const later = anItem({ generation: 3 });
    const react: EffectBody = { kind: 'react', origin, content: 'eyes' };
    expect(effect(later, react).key).not.toBe(effect(item, react).key);
    expect(effect(later, { kind: 'set-labels' }).key).toBe(effect(item, { kind: 'set-labels' }).key);
  });
});

describe('lanes', () => {
  const lanes: [EffectBody, string, boolean][] = [
    [{ kind: 'launch-run', run: 'r' }, 'run', false],
    [{ kind: 'stop-run', run: 'r', reason: '' }, 'run', false],
    [{ kind: 'clean-run', run: 'r' }, 'run', false],
    [{ kind: 'send-message', run: 'r', origin, ordinal: 0, text: '', from: '' }, 'run', false],
    [{ kind: 'publish', run: 'r' }, 'code', false],
    [{ kind: 'open-pull', run: 'r' }, 'code', false],
    [{ kind: 'set-labels' }, 'board', true],
    [{ kind: 'set-check', sha: 's' }, 'board', true],
    [{ kind: 'status-comment' }, 'voice', true],
    [{ kind: 'react', origin, content: 'eyes' }, 'voice', false],
    [{ kind: 'reply', origin, reply: { kind: 'help' }, ordinal: 0 }, 'voice', false],
  ];
  test.each(lanes)('$kind goes by $1', (body, lane, level) => {
    expect(effect(item, body)).toMatchObject({ lane, level });
  });
});
