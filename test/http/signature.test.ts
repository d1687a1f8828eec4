/** Which signature headers prove that a delivery is GitHub's. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSigned } from '#src/http/signature.ts';

const secret = 'a long secret';
const body = Buffer.from('{"action":"labeled"}');
const right = createHmac('sha256', secret).update(body).digest('hex');
const sha1 = createHmac('sha1', secret).update(body).digest('hex');
const flipped = (right[0] === 'a' ? 'b' : 'a') + right.slice(1);

const headers: [string, string | undefined, boolean][] = [
  ['the right one', `sha256=${right}`, true],
  ['the right one in capitals', `sha256=${right.toUpperCase()}`, true],
  ['none', undefined, false],
  ['an empty one', '', false],
  ['the prefix alone', 'sha256=', false],
  ['the digest alone', right, false],
  ['another digit', `sha256=${flipped}`, false],
  ['one byte short', `sha256=${right.slice(0, -2)}`, false],
  ['one byte more', `sha256=${right}00`, false],
  ['half a byte more', `sha256=${right}0`, false],
  ['more that is no hex', `sha256=${right}zz`, false],
  ['a space behind', `sha256=${right} `, false],
  ['no hex at all', `sha256=${'z'.repeat(64)}`, false],
  ['SHA-1 by its own name', `sha1=${sha1}`, false],
  ['SHA-1 by the wrong name', `sha256=${sha1}`, false],
  ['the right one of another algorithm', `sha512=${right}`, false],
];
test.each(headers)('%s', (_, header, expected) => {
  expect(isSigned(secret, body, header)).toBe(expected);
});

test('any changed byte of the body, or another secret', () => {
  for (let index = 0; index < body.length; index += 1) {
    const changed = Buffer.from(body);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(isSigned(secret, changed, `sha256=${right}`)).toBe(false);
  }
  expect(isSigned(`${secret}.`, body, `sha256=${right}`)).toBe(false);
});
