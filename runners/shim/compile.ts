/**
 * Run while an image is built: loads all that a run loads, so that Node's compile cache holds it and no container has to
 * parse it again. The shim is started for a host whose run is over.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';

const socket = '/tmp/over.sock';
const host = createServer((_request, answer) => {
  answer.writeHead(410).end();
});
host.listen(socket);
await once(host, 'listening');
await import('./agent.ts');
process.env['PRLT_SOCKET'] = socket;
// Ends this process.
await import('./main.ts');
