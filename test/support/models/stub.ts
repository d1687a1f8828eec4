/**
 * A model server of the project's own: Anthropic Messages, OpenAI Responses and chat completions, streamed or not,
 * answering from a script. Usage:
 *
 *   const models = await startModelStub();            // models.url is http://127.0.0.1:<port>
 *   models.script({ shell: 'echo hi > a.txt' }, { status: 529 }, { say: 'Done.' });
 *   models.calls.filter((call) => call.step)          // what was asked, with headers, model and body
 *
 * Each model call takes the next step; with none left it gets "Done.". Side calls (titles) get
 * `models.side` and take no step. `models.answer` can be set instead of a script: a function from the call to its step. The API is known by
 * the end of the path, so any prefix in front of it works: …/messages, …/responses, …/chat/completions,
 * …/messages/count_tokens, GET …/models; anything else is recorded and answered with 404.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { anthropicAnswer, anthropicError } from './anthropic.ts';
import { readCall } from './call.ts';
import { completionsAnswer } from './completions.ts';
import { openaiError, responsesAnswer } from './responses.ts';
import type { ModelCall, Step, StubApi } from './step.ts';
import { toolFor } from './tools.ts';

export interface ModelStub {
  /** Without a slash at its end. */
  url: string;
  /** Every request, in the order of arrival. */
  calls: ModelCall[];
  /** Adds steps to the script. */
  script(...steps: Step[]): void;
  /** Decides the step of a model call; the script is the default. */
  answer: (call: ModelCall) => Step | Promise<Step>;
  /** What side calls get. */
  side: Step;
  /** Steps of the script that nobody has taken yet. */
  readonly left: number;
  /** Resolves with the first call that fits, past or coming. */
  until(fits: (call: ModelCall) => boolean, within?: number): Promise<ModelCall>;
  /** Puts a step in front of the script again. */
  repeat(step: Step): void;
  /** Forgets calls and script. */
  reset(): void;
  close(): Promise<void>;
}

const answers = { anthropic: anthropicAnswer, responses: responsesAnswer, completions: completionsAnswer };

/** On loopback and any free port unless told otherwise. */
export async function startModelStub(listen: { host?: string; port?: number } = {}): Promise<ModelStub> {
  let steps: Step[] = [];
  const stub: ModelStub = {
    url: '',
    calls: [],
    script: (...more) => void steps.push(...more),
    repeat: (step) => void steps.unshift(step),
    side: { say: 'A title' },
    answer: () => steps.shift() ?? { say: 'Done.' },
    get left() {
      return steps.length;
    },
    async until(fits, within = 15_000) {
      for (const end = Date.now() + within; Date.now() < end; await sleep(10)) {
        const found = stub.calls.find(fits);
        if (found) return found;
      }
      const seen = stub.calls.map(({ method, path, model }) => `${method} ${path} ${model}`);
      throw new Error(`no such call within ${within} ms; seen: ${seen.join(', ') || 'none'}`);
    },
    reset() {
      steps = [];
      stub.calls = [];
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  const server = createServer((request, response) => {
    respond(stub, request, response).catch((error: unknown) => {
      // A scenario that does not fit its CLI is a test's mistake: said as an answer that no CLI retries.
      if (response.headersSent) return void response.destroy();
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify(openaiError(400, undefined, `stub: ${String(error)}`)));
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(listen.port ?? 0, listen.host ?? '127.0.0.1');
  await once(server, 'listening');
  stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return stub;
}

async function respond(stub: ModelStub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call = await readCall(stub.calls.length + 1, request);
  stub.calls.push(call);
  response.on('close', () => {
    if (!response.writableFinished) call.aborted = true;
  });
  if (call.api === 'other') return answerOther(call, response);
  const step = call.side ? stub.side : await stub.answer(call);
  if (!call.side) call.step = step;
  if (step.after) await sleep(step.after);
  if ('status' in step) return fail(call.api, step, response);
  if ('stall' in step && (step.stall === 'silent' || !call.stream)) return;
  const tool = toolFor(step, call.tools);
  if (tool?.kind === 'search') stub.repeat(step);
  const answer = answers[call.api](call, step, tool);
  if (call.stream) await stream(answer, step, response);
  else if ('cut' in step) response.destroy();
  else json(response, 200, answer.whole);
}

async function stream(answer: Answer, step: Step, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const events = 'cut' in step || 'stall' in step ? answer.events.slice(0, -2) : answer.events;
  const shown = 'stall' in step ? events.slice(0, 1) : events;
  for (const event of shown) {
    response.write(event);
    if (step.pace) await sleep(step.pace);
  }
  if ('stall' in step) return;
  // What was written has to be on its way before the connection goes.
  if ('cut' in step) return void setTimeout(() => response.destroy(), 20);
  response.end();
}

function fail(api: StubApi, step: Extract<Step, { status: number }>, response: ServerResponse): void {
  const { status, type, message = `the stub was told to answer ${status}`, headers = {} } = step;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  json(response, status, (api === 'anthropic' ? anthropicError : openaiError)(status, type, message));
}

function answerOther({ method, path, body }: ModelCall, response: ServerResponse): void {
  if (method === 'HEAD') response.writeHead(200).end();
  else if (path.includes('/count_tokens'))
    json(response, 200, { input_tokens: Math.ceil(JSON.stringify(body).length / 4) });
  else if (method === 'GET' && /\/models(\?|$)/.test(path)) json(response, 200, { object: 'list', data: [] });
  else json(response, 404, openaiError(404, 'not_found_error', `the stub does not know ${method} ${path}`));
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
