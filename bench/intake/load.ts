/**
 * A load of signed webhooks from a process of its own: `load.ts <url> <secret> <connections> <milliseconds>`. Keep-alive
 * connections, one request in flight on each, the same ~10 KB body with a GUID of its own. Prints one line of JSON.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { quantile } from '../statistics.ts';

const [target = '', secret = '', connections = '50', milliseconds = '2000'] = process.argv.slice(2);
const url = new URL(target);

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as {
  name: string;
  examples: { action?: string }[];
}[];
const opened = examples
  .find(({ name }) => name === 'issues')
  ?.examples.find(({ action }) => action === 'opened');
if (!opened) throw new Error('the examples have no opened issue');
const body = Buffer.from(JSON.stringify(opened));
const signature = createHmac('sha256', secret).update(body).digest('hex');
const opening = [
  `POST ${url.pathname} HTTP/1.1`,
  `Host: ${url.host}`,
  'Content-Type: application/json',
  'User-Agent: GitHub-Hookshot/bench',
  'X-GitHub-Event: issues',
  `X-Hub-Signature-256: sha256=${signature}`,
  `Content-Length: ${body.length}`,
].join('\r\n');

const latencies: number[] = [];
const statuses: Record<string, number> = {};
const began = performance.now();
const end = began + Number(milliseconds);

/** Sends until the time is over; an answer is complete at its length, or at the last chunk. */
async function client(): Promise<void> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  let sentAt = 0;
  let received = '';
  const send = () => {
    if (performance.now() >= end) {
      socket.end();
      resolve();
      return;
    }
    received = '';
    socket.cork();
    socket.write(`${opening}\r\nX-GitHub-Delivery: ${randomUUID()}\r\n\r\n`);
    socket.write(body);
    socket.uncork();
    sentAt = performance.now();
  };
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    if (!isComplete(received)) return;
    latencies.push(performance.now() - sentAt);
    const status = received.slice(9, 12);
    statuses[status] = (statuses[status] ?? 0) + 1;
    send();
  });
  socket.once('error', reject);
  socket.once('connect', send);
  await done;
}

function isComplete(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n');
  if (head === -1) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.slice(0, head))?.[1];
  return length === undefined ? answer.endsWith('0\r\n\r\n') : answer.length >= head + 4 + Number(length);
}

await Promise.all(Array.from({ length: Number(connections) }, client));
const seconds = (performance.now() - began) / 1000;
process.stdout.write(
  `${JSON.stringify({ perSecond: latencies.length / seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), statuses })}\n`,
);
