import { describe, expect, it } from 'vitest';
import { fenced } from '#src/core/text/fence.ts';
import { inlineCode } from '#src/core/text/inline-code.ts';
import { marker } from '#src/core/text/marker.ts';
import { plainText, speak, speakLine } from '#src/core/text/speak.ts';

const say = (text: string) => speak(text, { max: 1000 });
/** What is left when the breakers are made visible. */
const shown = (text: string) => say(text).replaceAll('\u200b', '¦');

describe('speak', () => {
  it.each([
    ['a mention', 'hi @alice', 'hi @¦alice'],
    ['a team', '@acme/admins', '@¦acme/admins'],
    ['a mention in code', '`@alice`', '`@¦alice`'],
    ['an escaped mention', '\\@alice', '\\@¦alice'],
    ['a mention by reference', '&#64;alice &commat;bob', '&#¦64;alice &¦commat;bob'],
    ['closing', 'Fixes #1', 'Fix¦es #¦1'],
    ['closing elsewhere', 'closes: acme/x#1', 'clos¦es: acme/x#¦1'],
    ['closing by address', 'resolved https://h/a/b/issues/1', 'resolv¦ed https://h/a/b/issues/¦1'],
    ['closing by old key', 'fix GH-1', 'fix¦ GH-1'],
    ['an image', '![x](http://evil/b.png)', '!¦[x](http://evil/b.png)'],
    ['a tag', '<img src=x> </details> <!-- prlt:a b c -->', '<¦img src=x> <¦/details> <¦!-- prlt:a b c -->'],
    ['a slash command', 'a\n/merge', 'a\n¦/merge'],
    ['terminal colours', '\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link', 'red link'],
    ['bidirectional controls', 'a\u202eb', 'ab'],
    ['a fence left open', '```js\nlet a', '```js\nlet a\n```'],
    ['harmless text', 'Adds `hello()` to 2 files; 3 < 4, a & b', 'Adds `hello()` to 2 files; 3 < 4, a & b'],
  ])('makes %s harmless', (_, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('never leaves a mention, a closing reference, an image or a tag, however parts are joined', () => {
    const parts = [
      '@',
      'alice',
      '#',
      '1',
      'fixes ',
      '!',
      '[',
      '<',
      'img',
      '\u200b',
      '\u001b[0m',
      '\\',
      '&#64;',
      '`',
      '\n',
    ];
    for (const a of parts) {
      for (const b of parts) {
        for (const c of parts) {
          expect(say(`x ${a}${b}${c}z1`)).not.toMatch(/@[\w]|#\d|!\[|<[a-z/!]|&#\d/i);
        }
      }
    }
  });

  it('cuts by code points and says how much', () => {
    expect(speak('😀'.repeat(10), { max: 4 })).toBe('😀😀😀😀\n\n… (6 more characters left out)');
  });

  it('closes a fence that the cut left open', () => {
    expect(speak('```\nabcdef\n```', { max: 7 })).toBe('```\nabc\n```\n\n… (7 more characters left out)');
  });

  it('makes one line of a title', () => {
    expect(speakLine('a\nb\u0000  @c', { max: 50 })).toBe('a b @\u200bc');
    expect(speakLine('abcdef', { max: 4 })).toBe('abc…');
  });
});

describe('the smaller ones', () => {
  it('plainText keeps letters and line ends only', () => {
    expect(plainText('\u001b[1mok\u001b[0m\r\n\tdone\u0007')).toBe('ok\n\tdone');
  });

  it.each(['a', '```', '~~~~ ```', '`'.repeat(50), ''])('fences %j so that it cannot get out', (text) => {
    const [first = '', ...rest] = fenced(text).split('\n');
    expect(rest.at(-1)).toBe(first);
    expect(rest.slice(0, -1).some((line) => line.startsWith(first))).toBe(false);
  });

  it.each([
    ['plain', '`plain`'],
    ['a`b', '`` a`b ``'],
    ['a\nb', '`a b`'],
    ['', '(empty)'],
    ['abcdef', '`abc…`'],
  ])('shows %j as code', (text, expected) => {
    expect(inlineCode(text, text === 'abcdef' ? 4 : 20)).toBe(expected);
  });

  it('writes markers', () => {
    expect(marker('status', '01J', 'a1b2')).toBe('<!-- prlt:status 01J a1b2 -->');
  });

  it.each(['a b', 'a-->', 'a--b', ''])('refuses %j in a marker', (part) => {
    expect(() => marker('status', part, 'x')).toThrow('not fit for a marker');
  });
});
