/** The loopback port leads to the socket, byte for byte, in both directions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLoopbackPipe } from '#runners/shim/proxy.ts';

it('carries plain requests and CONNECT', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'prlt-pipe-'));
  const socket = join(directory, 's');
  const server = createHttp((request, response) => response.end(`saw ${request.url}`));
  server.on('connect', (request, client) => {
    client.write(`HTTP/1.1 403 Forbidden\r\n\r\nno way to ${request.url}`);
    client.end();
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const pipe = await openLoopbackPipe(socket);
  try {
    expect(await (await fetch(`${pipe.url}/mcp`)).text()).toBe('saw /mcp');
    const tunnel = connect(Number(new URL(pipe.url).port), '127.0.0.1');
    tunnel.write('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n');
    let said = '';
    for await (const part of tunnel.setEncoding('utf8')) said += part;
    expect(said).toContain('403 Forbidden');
    expect(said).toContain('no way to example.org:443');
  } finally {
    pipe.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true });
  }
});
