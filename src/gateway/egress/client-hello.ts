/** The first message of TLS, as far as it says in the clear which host is meant (RFC 8446 §4.1.2, RFC 6066 §3). */

export type Hello =
  /** Too short to say. */
  | { kind: 'partial' }
  | { kind: 'other' }
  /** `name` as written; undefined without one. `hidden`: another name may be inside, encrypted (RFC 9849). */
  | { kind: 'hello'; name: string | undefined; hidden: boolean };

/** A hello with a post-quantum key share has 2 KiB; one with a session ticket some more. */
const longest = 64 * 1024;
const extensions = { serverName: 0, encryptedHello: 0xfe0d };

/** @param bytes what the client sent so far */
export function readHello(bytes: Buffer): Hello {
  const message = handshake(bytes);
  if (message === 'partial' || message === 'other') return { kind: message };
  try {
    return helloIn(message);
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'other' };
    throw error;
  }
}

/** Joins the records that the message is spread over. */
function handshake(bytes: Buffer): Buffer | 'partial' | 'other' {
  const parts: Buffer[] = [];
  let have = 0;
  let head = Buffer.alloc(0);
  for (let at = 0; ; ) {
    if (bytes.length > at && bytes[at] !== 22) return 'other';
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return 'other';
    if (bytes.length < at + 5) return bytes.length > longest ? 'other' : 'partial';
    const size = bytes.readUInt16BE(at + 3);
    if (size === 0 || size > 16_384) return 'other';
    const part = bytes.subarray(at + 5, at + 5 + size);
    parts.push(part);
    have += part.length;
    // Joined once and not per record: they may have a byte each.
    if (head.length < 4) head = Buffer.concat([head, part]).subarray(0, 4);
    if (head.length > 0 && head[0] !== 1) return 'other';
    if (head.length === 4) {
      const length = head.readUIntBE(1, 3);
      if (length > longest) return 'other';
      if (have >= 4 + length) return Buffer.concat(parts).subarray(4, 4 + length);
    }
    if (part.length < size) return 'partial';
    at += 5 + size;
  }
}

/** Throws a RangeError where the message ends too early. */
function helloIn(message: Buffer): Hello {
  let at = 34;
  at += 1 + message.readUInt8(at);
  at += 2 + message.readUInt16BE(at);
  at += 1 + message.readUInt8(at);
  let name: string | undefined;
  let hidden = false;
  if (at === message.length) return { kind: 'hello', name, hidden };
  const end = at + 2 + message.readUInt16BE(at);
  if (end !== message.length) return { kind: 'other' };
  for (at += 2; at < end; ) {
    const type = message.readUInt16BE(at);
    const size = message.readUInt16BE(at + 2);
    const body = message.subarray(at + 4, at + 4 + size);
    if (body.length < size) return { kind: 'other' };
    if (type === extensions.serverName) {
      // Two names would let each side read another one.
      if (name !== undefined || body.readUInt16BE(0) !== size - 2 || body.readUInt8(2) !== 0)
        return { kind: 'other' };
      if (body.readUInt16BE(3) !== size - 5) return { kind: 'other' };
      name = body.toString('latin1', 5);
    }
    hidden ||= type === extensions.encryptedHello;
    at += 4 + size;
  }
  return { kind: 'hello', name, hidden };
}
