/** Events that are too large for the host, and those that it refused. */
import { describe, expect, it } from 'vitest';
import { fitted, standIn } from '#runners/shim/event-size.ts';
import type { Verdict } from '#runners/shim/protocol.ts';

const huge = 'ä'.repeat(400_000);
const verdict: Verdict = { outcome: 'finished', head: 'a'.repeat(40), changed: true, commits: 2 };

describe('an event for the host', () => {
  it('stays as it is while it is small', () => {
    const event = {
      type: 'finished',
      verdict: { ...verdict, result: { title: 'x' } },
      lastMessage: 0,
    } as const;
    expect(fitted(event)).toBe(event);
  });

  it('becomes a note that says how much was left out', () => {
    expect(fitted({ type: 'usage', said: huge })).toEqual({
      type: 'note',
      text: 'An event of the type usage with 800026 bytes was left out.',
    });
  });

  it('keeps the outcome of a last word whose texts are too long', () => {
    const last = fitted({
      type: 'finished',
      verdict: { ...verdict, outcome: 'failed', error: huge, lastLines: Array(50).fill(huge), result: huge },
      lastMessage: 3,
    });
    expect(last).toMatchObject({ verdict: { ...verdict, outcome: 'failed' }, lastMessage: 3 });
    expect(Buffer.byteLength(JSON.stringify(last))).toBeLessThan(512 * 1024);
  });
});

describe('an event that the host refused', () => {
  it('gives its number to a note with the reason', () => {
    expect(standIn({ type: 'progress', message: 'x' }, 'Line 1 is bad.\n')).toEqual({
      type: 'note',
      text: 'the host refused an event of the type progress: Line 1 is bad.',
    });
  });

  it('stays a last word when it was one, with the refusal as the cause', () => {
    expect(standIn({ type: 'finished', verdict, lastMessage: 2 }, 'too old')).toEqual({
      type: 'finished',
      lastMessage: 2,
      verdict: {
        outcome: 'failed',
        cause: 'protocol',
        error: 'the host refused an event of the type finished: too old',
        head: '',
        changed: false,
        commits: 0,
      },
    });
  });
});
