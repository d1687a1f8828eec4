/** A text without what people put between the characters of a secret to hide it: only letters and digits, without case. */

export interface Squeezed {
  /** Lower-case ASCII letters and digits. */
  bytes: Uint8Array;
  /** Where in the text each of them stands. */
  at: Uint32Array;
}

const table = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z0-9]/.test(char)) table[code] = char.toLowerCase().charCodeAt(0);
}

export function squeeze(text: string): Squeezed {
  const bytes = new Uint8Array(text.length);
  const at = new Uint32Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const kept = code < 128 ? (table[code] as number) : 0;
    if (kept === 0) continue;
    bytes[length] = kept;
    at[length] = index;
    length += 1;
  }
  return { bytes: bytes.subarray(0, length), at: at.subarray(0, length) };
}

export function squeezed(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
