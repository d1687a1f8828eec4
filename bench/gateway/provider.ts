/**
 * A provider of models that does nothing but send: `provider.ts`, prints its address. The model's name says how:
 * `events-<n>` n events as fast as they are taken; `paced-<n>-<ms>` n events with a pause before each.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const event = (data: { type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const usage = {
  input_tokens: 1000,
  output_tokens: 1,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};
const start = event({ type: 'message_start', message: { id: 'msg_1', role: 'assistant', usage } } as never);
const delta = event({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text: ' a few words more' },
} as never);
const stop = `${event({ type: 'message_delta', usage: { output_tokens: 50 } } as never)}${event({ type: 'message_stop' })}`;
/** As an event loop under load would write them: several at a time. */
const together = 100;
const many = delta.repeat(together);

async function send(res: ServerResponse, model: string): Promise<void> {
  const [kind, count = '1', pause = '0'] = model.split('-');
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  let go = (): void => {};
  res.on('drain', () => go()).on('close', () => go());
  res.write(start);
  for (let sent = 0; sent < Number(count) && !res.destroyed; ) {
    if (kind === 'paced') await sleep(Number(pause));
    const piece = kind === 'paced' ? delta : many;
    sent += kind === 'paced' ? 1 : together;
    if (!res.write(piece)) await new Promise<void>((resolve) => (go = resolve));
  }
  res.end(stop);
}

const server = createServer((req, res) => {
  res.on('error', () => {});
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => {
    const { model } = JSON.parse(Buffer.concat(parts).toString()) as { model: string };
    void send(res, model);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
