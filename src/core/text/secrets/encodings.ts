/** How a known secret looks when it was written in another way. */

type Encode = (bytes: Uint8Array) => string[];

const each = (bytes: Uint8Array, write: (byte: number) => string): string =>
  Array.from(bytes, (byte) => write(byte)).join('');
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
const latin = (bytes: Uint8Array): string => each(bytes, (byte) => String.fromCharCode(byte));

/** With 0, 1 and 2 bytes before it, as it stands inside of something longer; the characters that those share are cut off. */
const base64: Encode = (bytes) =>
  [0, 1, 2].map((before) => {
    const padded = btoa('\0'.repeat(before) + latin(bytes));
    const tail = (before + bytes.length) % 3 === 0 ? 0 : 4;
    return padded.slice(before === 0 ? 0 : 4, padded.length - tail);
  });

const alphabet32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base32: Encode = (bytes) =>
  [0, 1, 2, 3, 4].map((before) => {
    let bits = 0;
    let room = 0;
    let text = '';
    for (const byte of [...new Uint8Array(before), ...bytes]) {
      bits = (bits << 8) | byte;
      for (room += 8; room >= 5; room -= 5) text += alphabet32[(bits >> (room - 5)) & 31] ?? '';
      bits &= (1 << room) - 1;
    }
    return text.slice(before === 0 ? 0 : Math.ceil((before * 8) / 5));
  });

const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (char) => {
    const base = char < 'a' ? 65 : 97;
    return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base);
  });

/**
 * Every form, as it is before separators go. `%41`, `41 42`, `[65, 66]` and the like are covered by the bare digits.
 * `digits`: forms of decimal or octal numbers, of which a longer piece has to fit.
 */
export function encodings(value: string): { forms: string[]; digits: string[] } {
  const bytes = new TextEncoder().encode(value);
  const turned = bytes.toReversed();
  const once = base64(bytes);
  return {
    forms: [
      value,
      latin(turned),
      rot13(value),
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value.toWellFormed()),
      ...once,
      ...once.slice(0, 1).flatMap((text) => base64(new TextEncoder().encode(text))),
      ...base64(turned),
      ...once.map((text) => [...text].toReversed().join('')),
      ...base32(bytes),
      each(bytes, hex),
      each(turned, hex),
      each(bytes, (byte) => `x${hex(byte)}`),
      each(bytes, (byte) => `0x${hex(byte)}`),
      each(bytes, (byte) => `u00${hex(byte)}`),
    ],
    digits: [
      each(bytes, (byte) => `${byte}`),
      each(bytes, (byte) => byte.toString(8).padStart(3, '0')),
      each(bytes, (byte) => `0o${byte.toString(8)}`),
    ],
  };
}
