/** A registry of images for tests: the part of the registry API that a pull needs, with an image of one small file. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ImageRegistry {
  /** `127.0.0.1:<port>`, which engines take without TLS. */
  host: string;
  /** Makes `<name>:<tag>` mean an image with that text in it; gives its digest. */
  publish(name: string, tag: string, text: string): string;
  close(): Promise<void>;
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';

/** Distribution API: `GET /v2/`, `/v2/<name>/manifests/<tag or digest>`, `/v2/<name>/blobs/<digest>`. */
export async function startImageRegistry(): Promise<ImageRegistry> {
  const blobs = new Map<string, Buffer>();
  const tags = new Map<string, string>();
  const keep = (blob: Buffer): string => {
    const digest = digestOf(blob);
    blobs.set(digest, blob);
    return digest;
  };
  const server = createServer(({ url = '', method }, response) => {
    const [, name = '', kind = '', reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    if (url === '/v2/') return void response.end('{}');
    const digest = kind === 'manifests' ? (tags.get(`${name}:${reference}`) ?? reference) : reference;
    const blob = blobs.get(digest);
    if (!blob) {
      const error = { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' };
      return void response.writeHead(404).end(JSON.stringify({ errors: [error] }));
    }
    const type = kind === 'manifests' ? manifestType : 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'content-length': blob.length,
      'docker-content-digest': digest,
    });
    response.end(method === 'HEAD' ? undefined : blob);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    publish(name, tag, text) {
      const layer = layerWith(text);
      const config = Buffer.from(
        JSON.stringify({
          architecture: arch() === 'x64' ? 'amd64' : arch(),
          os: 'linux',
          config: {},
          rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
        }),
      );
      const manifest = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: manifestType,
          config: {
            mediaType: 'application/vnd.docker.container.image.v1+json',
            size: config.length,
            digest: keep(config),
          },
          layers: [
            {
              mediaType: 'application/vnd.docker.image.rootfs.diff.tar',
              size: layer.length,
              digest: keep(layer),
            },
          ],
        }),
      );
      const digest = keep(manifest);
      tags.set(`${name}:${tag}`, digest);
      return digest;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function layerWith(text: string): Buffer {
  const tree = mkdtempSync(join(tmpdir(), 'layer-'));
  try {
    writeFileSync(join(tree, 'text'), text);
    return execFileSync('tar', ['-C', tree, '-cf', '-', 'text']);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

function digestOf(blob: Buffer): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`;
}
