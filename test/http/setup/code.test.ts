/** The one-time code: right once, in any spelling, not for ever, and not for who guesses. */
import { expect, test } from 'vitest';
import { codeLifetime, createOneTimeCode, mostWrong } from '#src/http/setup/code.ts';

function clocked() {
  let at = 1_000;
  const code = createOneTimeCode(() => at);
  return { code, pass: (ms: number) => (at += ms) };
}

test('it is hard to guess and easy to read', () => {
  const { code } = clocked();
  expect(code.text).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$/);
  expect(clocked().code.text).not.toBe(code.text);
});

test('it is right once', () => {
  const { code } = clocked();
  expect(code.use(code.text.toLowerCase().replaceAll('-', ' '))).toBe('right');
  expect(code.use(code.text)).toBe('spent');
});

test('a look does not spend it', () => {
  const { code } = clocked();
  expect(code.check(code.text)).toBe('right');
  expect(code.use(code.text)).toBe('right');
});

test('it expires', () => {
  const { code, pass } = clocked();
  pass(codeLifetime - 1);
  expect(code.check(code.text)).toBe('right');
  pass(1);
  expect(code.use(code.text)).toBe('expired');
});

test('after too many wrong ones even the right one waits a minute', () => {
  const { code, pass } = clocked();
  for (let n = 0; n < mostWrong; n++) expect(code.use(`WRONG-${n}`)).toBe('wrong');
  expect(code.use(code.text)).toBe('too many');
  pass(60_000);
  expect(code.use(code.text)).toBe('right');
});
