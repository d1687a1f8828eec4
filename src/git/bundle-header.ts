/** Reads the header of a git bundle (gitformat-bundle), so that git is only ever given the pack that follows. */
import { type FileHandle, open } from 'node:fs/promises';

/** `packAt` is the offset of the pack in the file; `objects` is the count that the pack announces. */
export interface BundleHeader {
  prerequisites: string[];
  refs: { name: string; sha: string }[];
  packAt: number;
  objects: number;
}

export type HeaderAnswer = { kind: 'read'; header: BundleHeader } | { kind: 'invalid'; detail: string };

const HEADER_CAP = 256 * 1024;
const invalid = (detail: string): HeaderAnswer => ({ kind: 'invalid', detail });

/** Never rejects for what the file holds; does reject when the file cannot be read. */
export async function readBundleHeader(path: string): Promise<HeaderAnswer> {
  const file = await open(path, 'r');
  try {
    return parse(await start(file));
  } finally {
    await file.close();
  }
}

async function start(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(HEADER_CAP);
  let filled = 0;
  while (filled < HEADER_CAP) {
    const { bytesRead } = await file.read(buffer, filled, HEADER_CAP - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function parse(bytes: Buffer): HeaderAnswer {
  const end = bytes.indexOf('\n\n');
  if (end < 0) return invalid('its header has no end.');
  const [signature, ...lines] = bytes.toString('latin1', 0, end).split('\n');
  const version = signature === '# v2 git bundle' ? 2 : signature === '# v3 git bundle' ? 3 : undefined;
  if (!version) return invalid('it is not a git bundle of version 2 or 3.');

  const prerequisites: string[] = [];
  const refs: BundleHeader['refs'] = [];
  for (const line of lines) {
    const match = /^(-?)([0-9a-f]{40})(?: (.*))?$/.exec(line);
    if (version === 3 && line === '@object-format=sha1' && prerequisites.length + refs.length === 0) continue;
    if (line.startsWith('@')) return invalid('it uses a bundle capability that is not accepted.');
    if (!match?.[2]) return invalid('a line of its header is malformed.');
    if (match[1] === '-') prerequisites.push(match[2]);
    else refs.push({ sha: match[2], name: match[3] ?? '' });
  }

  const pack = bytes.subarray(end + 2, end + 14);
  if (pack.length < 12 || pack.toString('latin1', 0, 4) !== 'PACK') return invalid('it holds no pack.');
  if (pack.readUInt32BE(4) !== 2) return invalid('its pack has an unknown version.');
  return { kind: 'read', header: { prerequisites, refs, packAt: end + 2, objects: pack.readUInt32BE(8) } };
}
