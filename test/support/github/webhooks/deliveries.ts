/** Sending webhooks: signed over the raw bytes, recorded, never retried by itself; with the ways they go wrong. */
import { createHmac, randomUUID } from 'node:crypto';

/** Ten seconds, as github.com; GHES waits thirty. */
const TIMEOUT_MS = 10_000;

export interface Delivery {
  readonly id: number;
  /** Stays the same over redeliveries. */
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly redelivery: boolean;
  readonly at: number;
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds it took. */
  duration: number;
  /** `OK`, a sentence about what went wrong, or `pending`. */
  status: string;
  statusCode: number;
  responseBody: string;
  /** False for a delivery that GitHub lost without a trace: not even its list knows it. */
  listed: boolean;
}

export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
}

type Pick = (delivery: Delivery) => boolean;

export interface WebhookFaults {
  /** The next `n` (or every matching) deliveries never arrive. `listed: false` hides them from the deliveries API too. */
  drop(which?: number | Pick, options?: { listed?: boolean }): { remove(): void };
  /** The next (or every matching) delivery arrives twice with one GUID. */
  duplicate(which?: number | Pick): { remove(): void };
  /** Nothing goes out until `release`. */
  hold(): void;
  release(options?: { order?: 'reverse' | ((held: Delivery[]) => Delivery[]) }): Promise<void>;
  /** Every delivery waits this long before it goes out; 0 ends it. */
  delay(ms: number): void;
  /** Sends the same payload again under the same GUID. */
  redeliver(guid: string): Promise<Delivery>;
  /** Resolves when nothing is under way (held deliveries do not count). */
  settled(): Promise<void>;
}

export interface Webhooks extends WebhookFaults {
  readonly deliveries: Delivery[];
  target: WebhookTarget | null;
  send(
    message: Omit<
      Delivery,
      | 'id'
      | 'guid'
      | 'redelivery'
      | 'at'
      | 'headers'
      | 'duration'
      | 'status'
      | 'statusCode'
      | 'responseBody'
      | 'listed'
    >,
  ): void;
  redeliverById(id: number): Promise<Delivery>;
  stop(): Promise<void>;
}

interface Fault {
  readonly kind: 'drop' | 'duplicate';
  readonly listed: boolean;
  left: number;
  readonly matches: Pick;
}

export function createWebhooks(options: {
  clock: () => number;
  nextId: () => number;
  hookId: number;
  appId: number;
}): Webhooks {
  const deliveries: Delivery[] = [];
  const under = new Set<Promise<void>>();
  const faults: Fault[] = [];
  const stopping = new AbortController();
  let held: Delivery[] | null = null;
  let delayMs = 0;

  function addFault(kind: Fault['kind'], which: number | Pick = 1, listed = true) {
    const fault: Fault = {
      kind,
      listed,
      left: typeof which === 'number' ? which : Number.POSITIVE_INFINITY,
      matches: typeof which === 'number' ? () => true : which,
    };
    faults.push(fault);
    return { remove: () => void faults.splice(faults.indexOf(fault), faults.includes(fault) ? 1 : 0) };
  }

  function takeFault(kind: Fault['kind'], delivery: Delivery): Fault | null {
    const fault = faults.find((each) => each.kind === kind && each.left > 0 && each.matches(delivery));
    if (fault === undefined) return null;
    fault.left -= 1;
    return fault;
  }

  function launch(delivery: Delivery): void {
    const dropped = takeFault('drop', delivery);
    if (dropped !== null) {
      Object.assign(delivery, {
        status: 'failed to connect to host',
        statusCode: 502,
        listed: dropped.listed,
      });
      return;
    }
    const twice = takeFault('duplicate', delivery) !== null;
    track(post(delivery, webhooks.target, delayMs, stopping.signal));
    if (twice) track(post({ ...delivery }, webhooks.target, delayMs, stopping.signal));
  }

  function track(work: Promise<void>): void {
    under.add(work);
    void work.finally(() => under.delete(work));
  }

  async function settled(): Promise<void> {
    while (under.size > 0) await Promise.all(under);
  }

  async function again(original: Delivery): Promise<Delivery> {
    const delivery: Delivery = {
      ...original,
      id: options.nextId(),
      redelivery: true,
      listed: true,
      at: options.clock(),
    };
    deliveries.push(delivery);
    const sending = post(delivery, webhooks.target, 0, stopping.signal);
    track(sending);
    await sending;
    return delivery;
  }

  const webhooks: Webhooks = {
    deliveries,
    target: null,
    send(message) {
      const { target } = webhooks;
      if (target === null) return;
      const guid = randomUUID();
      const delivery: Delivery = {
        ...message,
        id: options.nextId(),
        guid,
        redelivery: false,
        at: options.clock(),
        headers: headersFor(options, target, guid, message),
        duration: 0,
        status: 'pending',
        statusCode: 0,
        responseBody: '',
        listed: true,
      };
      deliveries.push(delivery);
      if (held === null) launch(delivery);
      else held.push(delivery);
    },
    drop: (which, { listed = true } = {}) => addFault('drop', which, listed),
    duplicate: (which) => addFault('duplicate', which),
    hold() {
      held ??= [];
    },
    async release({ order } = {}) {
      const waiting = held ?? [];
      held = null;
      const sorted =
        order === 'reverse' ? waiting.toReversed() : order === undefined ? waiting : order(waiting);
      for (const delivery of sorted) {
        launch(delivery);
        // One after the other, so that the chosen order is the order of arrival.
        await settled();
      }
    },
    delay(ms) {
      delayMs = ms;
    },
    async redeliver(guid) {
      const original = deliveries.findLast((each) => each.guid === guid);
      if (original === undefined) throw new Error(`no delivery ${guid}`);
      return again(original);
    },
    async redeliverById(id) {
      const original = deliveries.find((each) => each.id === id);
      if (original === undefined) throw new Error(`no delivery ${id}`);
      return again(original);
    },
    settled,
    async stop() {
      stopping.abort();
      await settled();
    },
  };
  return webhooks;
}

function headersFor(
  options: { hookId: number; appId: number },
  target: WebhookTarget,
  guid: string,
  message: { event: string; payload: string },
): Record<string, string> {
  const sign = (algorithm: string) =>
    createHmac(algorithm, target.secret).update(message.payload).digest('hex');
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-delivery': guid,
    'x-github-event': message.event,
    'x-github-hook-id': String(options.hookId),
    'x-github-hook-installation-target-id': String(options.appId),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': `sha1=${sign('sha1')}`,
    'x-hub-signature-256': `sha256=${sign('sha256')}`,
  };
}

async function post(
  delivery: Delivery,
  target: WebhookTarget | null,
  delayMs: number,
  stop: AbortSignal,
): Promise<void> {
  if (target === null) return;
  const started = performance.now();
  try {
    if (delayMs > 0) await pause(delayMs, stop);
    const answer = await fetch(target.url, {
      method: 'POST',
      headers: delivery.headers,
      body: delivery.payload,
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), stop]),
    });
    delivery.responseBody = await answer.text();
    delivery.statusCode = answer.status;
    delivery.status = answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`;
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    delivery.statusCode = timedOut ? 504 : 502;
    delivery.status = timedOut ? 'timed out' : 'failed to connect to host';
  }
  delivery.duration = Math.round((performance.now() - started) / 10) / 100;
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
