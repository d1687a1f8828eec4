import { describe, expect, it } from 'vitest';
import { describeStripped, stripHidden } from '#src/core/text/hidden.ts';

const seen = (text: string) => stripHidden(text).text;
const kinds = (text: string) => stripHidden(text).stripped.map(({ kind, count }) => `${count} ${kind}`);

describe('what readers of the page do not see', () => {
  it.each<[string, string, string, string[]]>([
    ['a comment', 'a <!-- EVIL --> b', 'a  b', ['1 HTML comment']],
    ['a comment over lines', '<!-- EVIL\n\nEVIL -->\nb', '\nb', ['1 HTML comment']],
    ['a comment never closed', 'a\n<!-- EVIL\n\nEVIL', 'a\n', ['1 HTML comment']],
    ['a declaration', 'a <!DOCTYPE EVIL> b', 'a  b', ['1 HTML comment']],
    ['a processing instruction', 'a <?EVIL?> b', 'a  b', ['1 HTML comment']],
    ['CDATA', 'a <![CDATA[EVIL > EVIL]]> b', 'a  b', ['1 HTML comment']],
    ['a hidden element', '<p hidden>EVIL <p>EVIL</p> EVIL</p>b', 'b', ['1 hidden element']],
    ['display: none', '<div style="display : none">EVIL</div>b', 'b', ['1 hidden element']],
    ['a template', '<template>EVIL</template>b', 'b', ['1 hidden element']],
    ['attributes', '<a href="u" title="EVIL" data-x=EVIL>b</a>', '<a href="u">b</a>', ['2 HTML attribute']],
    ['text in a width', '<img width="EVIL and more" src="u">', '<img src="u">', ['1 HTML attribute']],
    ['alt text', '![EVIL](u.png)', '![](u.png)', ['1 image text']],
    ['alt text of a reference', '![EVIL][r]\n\n[r]: u.png', '![][r]\n\n[r]: u.png', ['1 image text']],
    ['an image title', '![](u.png "EVIL")', '![](u.png)', ['1 link title']],
    ['a link title', "[a](u 'EVIL')", '[a](u)', ['1 link title']],
    ['a title behind brackets', '[a](u(1) (EVIL))', '[a](u(1))', ['1 link title']],
    ['a comment by definition', '[//]: # (EVIL)\nb', '\nb', ['1 link definition']],
    ['one over lines', '[//]: #\n  "EVIL\nEVIL"\nb', '\nb', ['1 link definition']],
    ['one in a quote', '> [EVIL]: http://x\n\nb', '\n\nb', ['1 link definition']],
    ['one that refers to itself', '[EVIL]: http://x "[EVIL]"\n\nb', '\n\nb', ['1 link definition']],
    ['an unused footnote', '[^n]: EVIL\nEVIL\n\nb', '\n\nb', ['1 unused footnote']],
    ['zero-width characters', 'a\u200bb\u2060c\ufeffd', 'abcd', ['3 zero-width character']],
    ['tag characters', 'a\u{e0045}\u{e0056}b', 'ab', ['2 tag character']],
    ['bidirectional controls', 'a\u202eb\u2066c', 'abc', ['2 bidirectional control']],
    ['variation selectors', 'a\u{e0100}\ufe01b', 'ab', ['2 variation selector']],
    ['soft hyphens', 'a\u00adb', 'ab', ['1 soft hyphen']],
    ['controls', 'a\u0000\u001b[31mb\u0085', 'a[31mb', ['3 control character']],
    [
      'character references',
      'a&#8203;&#xE0045;&ZeroWidthSpace;b',
      'ab',
      ['2 zero-width character', '1 tag character'],
    ],
  ])('%s', (_, text, expected, stripped) => {
    expect(seen(text)).toBe(expected);
    expect(kinds(text).toSorted()).toEqual(stripped.toSorted());
  });

  it.each([
    ['a comment in a cut comment', '<!<!-- x -->-- EVIL -->'],
    ['an invisible character in a mark', '<!-\u200b- EVIL -->'],
    ['code that a tag eats', '<a title="`"> <!-- EVIL --> `'],
    ['code in two paragraphs', 'a ` b\n\n<!-- EVIL -->\n\nc ` d'],
    ['code across lines', 'a `b\n` <!-- EVIL --> `'],
    ['an escaped backtick', '\\` <!-- EVIL --> `'],
    ['code in two cells', '| ` | <!-- EVIL --> | ` |\n|-|-|-|'],
    ['a fence in an HTML block', '<div>\n```\n<!-- EVIL -->\n```\n</div>'],
    ['a fence in raw HTML', '<pre>\n\n```\n<!-- EVIL -->\n```\n</pre>'],
    ['a fence of a list that ended', '- a\n  ```\n<!-- EVIL -->'],
    ['an indented fence', '  ```\n  code\n     ```\n  ```\n  <!-- EVIL -->'],
    ['a fence after HTML', '<b>x\n```\ncode\n\n```\n<!-- EVIL -->'],
    ['an address with a backtick', '<http://x`> <!-- EVIL --> `'],
    ['indented code', '    ```\n<!-- EVIL -->\n    ```'],
  ])('is not fooled by %s', (_, text) => {
    expect(seen(text)).not.toContain('<!-- EVIL');
  });
});

describe('what readers do see', () => {
  it.each([
    ['code spans', 'write `<!-- toc -->` and `<div hidden>`'],
    [
      'fences',
      'so:\n\n```html\n<!-- toc -->\n<div hidden title="x">a</div>\n![alt](u "t")\n[//]: # (x)\n```\n\nend',
    ],
    ['details', '<details><summary>more</summary>\n\ntext\n\n</details>'],
    ['types', 'returns Array<string> and Map<string, number>'],
    ['comparisons', 'if a < b && c > d'],
    ['an arrow that is no comment', 'use <!-- to open a comment'],
    ['used definitions', 'see [docs]\n\n[docs]: https://example.org'],
    ['used footnotes', 'a[^1]\n\n[^1]: b'],
    ['task lists', '- [ ] a\n- [x] b'],
    ['another script', 'добавить приветствие 你好 مرحبا'],
  ])('%s stay', (_, text) => {
    expect(stripHidden(text)).toEqual({ text, stripped: [] });
  });

  it('takes joiners out of emoji without calling it hidden', () => {
    expect(stripHidden('👩‍💻 ❤️')).toEqual({ text: '👩💻 ❤', stripped: [] });
  });

  it('makes line ends plain', () => {
    expect(stripHidden('a\r\nb\rc\u2028d')).toEqual({ text: 'a\nb\nc\nd', stripped: [] });
  });
});

describe('the sentence', () => {
  it('names kinds and counts', () => {
    const { stripped } = stripHidden('<!-- a --><!-- b -->\u202e');
    expect(describeStripped(stripped)).toMatchInlineSnapshot(
      `"Left out of the prompt: 1 bidirectional control, 2 HTML comments."`,
    );
  });

  it('is not said when nothing was left out', () => {
    expect(describeStripped([])).toBeUndefined();
  });
});
