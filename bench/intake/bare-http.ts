/** The least that takes a webhook: node:http and an HMAC. Nothing is parsed, nothing is kept. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const secret = process.argv[2] ?? '';

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const right = createHmac('sha256', secret).update(Buffer.concat(parts)).digest();
    const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice(7), 'hex');
    const signed = given.length === right.length && timingSafeEqual(given, right);
    response.writeHead(signed ? 202 : 401).end('{}');
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/github/webhooks\n`);
});
