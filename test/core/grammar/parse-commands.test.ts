import { describe, expect, it } from 'vitest';
import type { CommandShape } from '#src/core/grammar/command-shape.ts';
import { type ParsedLine, parseCommands } from '#src/core/grammar/parse-commands.ts';

const shape = (group: string, verb: string, more: Partial<CommandShape> = {}): CommandShape => ({
  group,
  verb,
  usage: `/prlt ${verb}`,
  summary: `Does ${verb}.`,
  permission: 'write',
  args: [],
  options: [],
  ...more,
});

const registry = [
  shape('work', 'start', {
    options: [
      { name: 'profile', kind: 'value' },
      { name: 'dry', kind: 'flag' },
    ],
  }),
  shape('work', 'stop', { aliases: ['halt'] }),
  shape('session', 'poke', {
    usage: '/prlt poke "…"',
    args: [{ name: 'text', required: true, rest: true }],
    options: [{ name: 'now', kind: 'flag' }],
  }),
  shape('work', 'link', { usage: '/prlt link <key>', args: [{ name: 'key', required: true }] }),
  shape('help', 'help'),
];

const parse = (body: string, shortFormContext = true) => parseCommands(body, registry, { shortFormContext });
const verbs = (body: string) => parse(body).map((line) => (line.kind === 'command' ? line.verb : line.code));
const only = (body: string): ParsedLine => {
  const parsed = parse(body);
  expect(parsed).toHaveLength(1);
  return parsed[0] as ParsedLine;
};
const textOf = (body: string) => {
  const line = only(body);
  return line.kind === 'command' ? line.text : line.sentence;
};

describe('which lines are commands', () => {
  it.each<[string, string, string[]]>([
    ['the short form', '/prlt start', ['work start']],
    ['the long form', '/prlt work start', ['work start']],
    ['any case', '/PRLT Start', ['work start']],
    ['an alias', '/prlt halt', ['work stop']],
    ['a command that stands alone', '/prlt help', ['help']],
    ['up to three spaces', '   /prlt start', ['work start']],
    ['after a line of text', 'please\n/prlt start\nthanks', ['work start']],
    ['above a line of dashes', '/prlt stop\n--\nsent from my phone', ['work stop']],
    ['Windows line ends', 'a\r\n/prlt start\r\n', ['work start']],
    ['several', '/prlt stop\n/prlt start', ['work stop', 'work start']],
    ['after a fence', '```\ncode\n```\n/prlt start', ['work start']],
    ['four spaces', '    /prlt start', []],
    ['a tab', '\t/prlt start', []],
    ['not at the start', 'say /prlt start', []],
    ['another word', '/prltstart', []],
    ['a fence', '```\n/prlt start\n```', []],
    ['a fence never closed', '~~~\n/prlt start', []],
    ['a quote', '> /prlt start', []],
    ['a quote without its mark', '> he said\n/prlt start', []],
    ['a list', '- /prlt start', []],
    ['inside a list item', '- a\n\n  /prlt start', []],
    ['a comment', '<!--\n/prlt start\n-->', []],
    ['a comment inside a paragraph', 'a <!--\n/prlt start\n--> b', []],
    ['an HTML block', '<details>\n/prlt start\n</details>', []],
    ['code over several lines', 'a `code\n/prlt start\nmore` b', []],
    ['a hidden definition', '[//]: # (\n/prlt start\n)', []],
    ['a table', '| a |\n|---|\n/prlt start', []],
    ['no body at all', '', []],
  ])('%s', (_, body, expected) => {
    expect(verbs(body)).toEqual(expected);
  });

  it('says on which line a command stands', () => {
    expect(parse('a\n\n/prlt stop\n/prlt start').map(({ line }) => line)).toEqual([3, 4]);
  });

  it('takes five commands of a comment and says so about the sixth', () => {
    const parsed = parse('/prlt stop\n'.repeat(9));
    expect(parsed).toHaveLength(6);
    expect(parsed[5]).toMatchObject({ kind: 'error', code: 'USAGE', line: 6 });
  });

  it('gives nothing for made-up Markdown with every command behind a mark', () => {
    const marks = ['> ', '- ', '1. ', '    ', '`', 'x ', '<b> ', '| '];
    for (const a of marks) {
      for (const b of marks) expect(verbs(`${a}${b}/prlt start`)).toEqual([]);
    }
  });
});

describe('text', () => {
  it.each([
    ['straight', '/prlt poke "use pnpm"', 'use pnpm'],
    ['single', "/prlt poke 'don't stop'", "don't stop"],
    ['English', '/prlt poke “use pnpm”', 'use pnpm'],
    ['German', '/prlt poke „use pnpm“', 'use pnpm'],
    ['French', '/prlt poke «use pnpm»', 'use pnpm'],
    ['half converted', '/prlt poke “use pnpm"', 'use pnpm'],
    ['none', '/prlt poke use pnpm, please', 'use pnpm, please'],
    ['quotes inside', '/prlt poke "use "strict" mode"', 'use "strict" mode'],
    ['escaped quotes', '/prlt poke "say \\"hi\\" now"', 'say "hi" now'],
    ['an apostrophe first', "/prlt poke 'tis broken", "'tis broken"],
    ['several lines', '/prlt poke "one\n\n- two\n- three"\nthanks', 'one\n\n- two\n- three'],
    ['a command inside', '/prlt poke "then type\n/prlt stop\nplease"', 'then type\n/prlt stop\nplease'],
    ['the long form', '/prlt session poke "hi"', 'hi'],
  ])('in quotes: %s', (_, body, expected) => {
    expect(textOf(body)).toBe(expected);
  });

  it('is also the argument', () => {
    expect(only('/prlt poke --now "hi"')).toMatchObject({ args: { text: 'hi' }, options: { now: true } });
  });
});

describe('options and arguments', () => {
  it.each<[string, Record<string, string | true>]>([
    ['--profile lead', { profile: 'lead' }],
    ['--profile=lead --dry', { profile: 'lead', dry: true }],
    ['—dry', { dry: true }],
    ['--profile “two words”', { profile: 'two words' }],
  ])('%s', (typed, options) => {
    expect(only(`/prlt start ${typed}`)).toMatchObject({ kind: 'command', options });
  });

  it.each([
    ['/prlt start --fast', 'There is no option `--fast` here.'],
    ['/prlt start --profile', 'The option `--profile` needs a value.'],
    ['/prlt start --dry=1', 'The option `--dry` takes no value.'],
    ['/prlt start GH-1', '`GH-1` is more than this command takes.'],
    ['/prlt link', 'The key is missing.'],
    ['/prlt poke', 'The text is missing.'],
    ['/prlt poke ""', 'The text is missing.'],
    ['/prlt poke "never closed', 'A quotation mark is opened and never closed.'],
    ['/prlt', 'No command was named.'],
    ['/prlt session', '`session` needs a verb.'],
  ])('%s is a wrong usage', (body, sentence) => {
    expect(only(body)).toMatchObject({ kind: 'error', code: 'USAGE', sentence });
  });

  it('gives the usage of the command that was meant', () => {
    expect(only('/prlt link')).toMatchObject({ usage: '/prlt link <key>' });
  });

  it('goes on with the next command after a quotation that never closes', () => {
    expect(verbs('/prlt poke "oops\n/prlt stop')).toEqual(['USAGE', 'work stop']);
  });
});

describe('unknown commands', () => {
  it.each([
    ['/prlt strat', '/prlt start'],
    ['/prlt work strat', '/prlt start'],
    ['/prlt hlep', '/prlt help'],
    ['/prlt pook "x"', '/prlt poke "…"'],
  ])('%s names %s', (body, nearest) => {
    expect(only(body)).toMatchObject({ kind: 'error', code: 'UNKNOWN_COMMAND', nearest, usage: nearest });
  });

  it('does not let a name out of its code span', () => {
    const line = only('/prlt `@team`');
    expect(line.kind === 'error' && line.sentence).toMatchInlineSnapshot(
      `"There is no command \`\` \`@team\` \`\`. The nearest one is \`work start\`."`,
    );
  });
});

describe('without an item at hand', () => {
  it('asks for the long form', () => {
    expect(parse('/prlt start', false)[0]).toMatchObject({ kind: 'error', code: 'USAGE' });
    expect(parse('/prlt work start', false)[0]).toMatchObject({ kind: 'command' });
    expect(parse('/prlt help', false)[0]).toMatchObject({ kind: 'command' });
  });
});

describe('hostile comments', () => {
  const units = ['> ', '>', '- ', '[', '`', '**a_', 'a\n=\n', '[a][b]', '<a ', '<!--', '|a', '![a]('];
  const lines = [
    '- - - - - a\n',
    '- > - > a\n',
    '1. a\n',
    '- -\n',
    '> a\n',
    '` `` ',
    'a\n\n',
    '[a]:\n',
    '# a\n',
  ];

  it.each([...units, ...lines])('parses 64 KB of %j in bounded time', (unit) => {
    const body = `${unit.repeat(65_000 / unit.length)}\n\n/prlt start`;
    const before = process.cpuUsage();
    parse(body);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1_000);
  });

  it('says so instead of reading what would take seconds, when a command could be in it', () => {
    const endless = '- - - - - a\n'.repeat(5_000);
    expect(parse(`${endless}\n/prlt start`)).toEqual([
      {
        kind: 'error',
        code: 'USAGE',
        line: 1,
        sentence: expect.stringContaining('Give them in a comment of their own.'),
        usage: expect.stringContaining('/prlt start'),
      },
    ]);
    expect(parse(endless)).toEqual([]);
    expect(parse(`/prlt start\n\n${endless}`)).toMatchObject([{ kind: 'command' }]);
  });

  it('reads a long log and a long list above a command', () => {
    const log = 'at Object.<anonymous> (/srv/app/index.js:1:1)\n'.repeat(1_300);
    const list = '- [ ] a task of many\n'.repeat(300);
    expect(parse(`${log}\n${list}\n/prlt start`)).toMatchObject([{ kind: 'command', verb: 'work start' }]);
  });
});
