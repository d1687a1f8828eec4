/** Reads a request body up to a cap, without ever holding more than the cap. */

export type Body = { ok: true; bytes: Buffer } | { ok: false };

export async function readBody(request: Request, cap: number): Promise<Body> {
  if (Number(request.headers.get('content-length') ?? 0) > cap) return { ok: false };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > cap) return { ok: false };
    chunks.push(chunk);
  }
  return { ok: true, bytes: Buffer.concat(chunks) };
}
