/** Labels that people set, and the one that prlt sets. */
import { describe, expect, test } from 'vitest';
import { agentLabelFor, readLabels } from '#src/core/labels.ts';
import type { Status } from '#src/core/status.ts';
import { anItem } from '#test/support/builders.ts';

describe('reading', () => {
  const cases: [string[], object][] = [
    [[], { type: 'custom', priority: 3, held: false, notes: [] }],
    [['type:docs'], { type: 'docs' }],
    [['Type:docs'], { type: 'docs' }],
    [['type:poetry'], { type: 'custom' }],
    [['P0'], { priority: 1 }],
    [['p3'], { priority: 4 }],
    [['P4'], { priority: 3 }],
    [['priority:1'], { priority: 1 }],
    [['priority:5'], { priority: 5 }],
    [['priority:6'], { priority: 3 }],
    [['priority:0'], { priority: 3 }],
    [['xP0', 'P0x'], { priority: 3 }],
    [['category:ship'], { category: 'ship' }],
    [['profile: coder '], { profile: 'coder' }],
    [['agent:hold'], { held: true }],
    [['Agent:Hold'], { held: true }],
    [['agent:holding'], { held: false }],
  ];
  test.each(cases)('%j', (labels, reading) => {
    expect(readLabels(labels)).toMatchObject(reading);
  });

  test('of several priorities the highest wins, and it is said', () => {
    const { priority, notes } = readLabels(['priority:4', 'P1', 'P3']);
    expect(priority).toBe(2);
    expect(notes).toEqual([expect.stringContaining('priority 2')]);
  });

  test('two labels of the same priority are no contradiction', () => {
    expect(readLabels(['priority:1', 'P0']).notes).toEqual([]);
  });
});

describe('writing', () => {
  const labels: [Status, string | undefined][] = [
    ['new', undefined],
    ['ready', undefined],
    ['claimed', 'agent:working'],
    ['in_progress', 'agent:working'],
    ['review', 'agent:review'],
    ['done', 'agent:done'],
    ['failed', 'agent:failed'],
    ['cancelled', undefined],
  ];
  test.each(labels)('an item that is %s carries %s', (status, label) => {
    expect(agentLabelFor(anItem({ generation: 1 }), status)).toBe(label);
  });

  test('an item that was never asked for carries none when it is done', () => {
    expect(agentLabelFor(anItem(), 'done')).toBeUndefined();
  });
});
