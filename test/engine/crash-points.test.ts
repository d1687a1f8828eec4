/** Arming a crash point: never by accident, and only one that is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { armed, crashPoints, neverCrash, readArming } from '#src/engine/crash-points.ts';
import { filesUnder, projectRoot } from '#test/support/source-files.ts';
import { crashPointsTable } from '../../scripts/crash-points-table.ts';

const testing = { PRLT_CRASH_TESTING: 'yes' };

describe('arming', () => {
  it('arms nothing when nothing asks', () => {
    expect(readArming({})).toEqual({ ok: true });
    expect(readArming(testing)).toEqual({ ok: true });
    expect(readArming({ PRLT_CRASH_AT: '' })).toEqual({ ok: true });
  });

  it.each([{}, { PRLT_CRASH_TESTING: 'true' }, { PRLT_CRASH_TESTING: '' }])(
    'refuses a point that is not for testing: %o',
    (rest) => {
      const read = readArming({ PRLT_CRASH_AT: 'push:after', ...rest });
      expect(read).toMatchObject({ ok: false, problem: expect.stringContaining('Unset it') });
    },
  );

  it.each([
    ['push:after', { point: 'push:after', nth: 1, signal: 'KILL' }],
    ['push:after:3', { point: 'push:after', nth: 3, signal: 'KILL' }],
    ['push:after:STOP', { point: 'push:after', nth: 1, signal: 'STOP' }],
    ['push:after:TERM', { point: 'push:after', nth: 1, signal: 'TERM' }],
    ['effect:open-pull:sent:2:TERM', { point: 'effect:open-pull:sent', nth: 2, signal: 'TERM' }],
  ])('reads %s', (text, arming) => {
    expect(readArming({ PRLT_CRASH_AT: text, ...testing })).toEqual({ ok: true, arming });
  });

  it.each(['push', 'push:during', 'effect:fly:sent', 'push:after:0', 'push:after:HUP', ':KILL'])(
    'refuses %s, which is no point',
    (text) => {
      const read = readArming({ PRLT_CRASH_AT: text, ...testing });
      expect(read).toMatchObject({ ok: false, problem: expect.stringContaining(text) });
    },
  );
});

describe('an armed point', () => {
  it('dies at its own time and at no other', () => {
    const sent: string[] = [];
    const crash = armed({ point: 'push:before', nth: 2, signal: 'TERM' }, (signal) => sent.push(signal));
    crash('push:before');
    crash('push:after');
    expect(sent).toEqual([]);
    crash('push:before');
    crash('push:before');
    expect(sent).toEqual(['SIGTERM']);
  });

  it('is not there in a service that nobody tests', () => {
    for (const point of crashPoints) expect(neverCrash(point)).toBeUndefined();
  });
});

describe('the registry', () => {
  it('has every point once', () => {
    expect(new Set(crashPoints).size).toBe(crashPoints.length);
  });

  it('names every step that the sources pass', () => {
    const text = filesUnder(['src'])
      .map((path) => readFileSync(join(projectRoot, path), 'utf8'))
      .join('\n');
    const passed = (point: string) => {
      const [step] = point.split(':');
      return text.includes(`crash('${point}')`) || text.includes(`within(crash, '${step}'`);
    };
    const generic = (point: string) => point.startsWith('effect:') || /^(events|finished):/.test(point);
    expect(crashPoints.filter((point) => !generic(point) && !passed(point))).toEqual([]);
  });

  it('is what docs/reliability.md says', () => {
    const page = readFileSync(join(projectRoot, 'docs/reliability.md'), 'utf8');
    expect(page).toContain(crashPointsTable());
  });
});
