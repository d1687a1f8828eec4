/** Puts crash points around the parts that the engine works with, where they are handed to it: none of them knows. */
import type { RunDesk } from '../gateway/desk.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Handover } from '../git/handover.ts';
import type { Mirrors } from '../git/mirrors.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Inbox } from '../store/inbox.ts';
import type { Crash, Step } from './crash-points.ts';
import type { Intake } from './intake.ts';

/** Does the work of a step between its two points. */
async function within<T>(crash: Crash, step: Step, work: () => Promise<T>): Promise<T> {
  crash(`${step}:before`);
  const result = await work();
  crash(`${step}:after`);
  return result;
}

export function crashSeams(crash: Crash) {
  return {
    inbox: (inbox: Inbox): Inbox => ({
      ...inbox,
      add: (delivery) => within(crash, 'store', () => inbox.add(delivery)),
    }),
    intake: (intake: Intake): Intake => ({
      ...intake,
      heard: (...heard) => within(crash, 'intake', () => intake.heard(...heard)),
    }),
    desk: (desk: RunDesk): RunDesk => ({
      ...desk,
      events: (run, events) => {
        const last = events.some(({ type }) => type === 'finished');
        return within(crash, last ? 'finished' : 'events', () => desk.events(run, events));
      },
      bundle: (...handed) => within(crash, 'bundle', () => desk.bundle(...handed)),
    }),
    mirrors: (mirrors: Mirrors): Mirrors => ({
      ...mirrors,
      refresh: (source) => within(crash, 'mirror', () => mirrors.refresh(source)),
    }),
    handover: (handover: Handover): Handover => ({
      ...handover,
      inspect: (request) => within(crash, 'inspect', () => handover.inspect(request)),
      push: (request) => within(crash, 'push', () => handover.push(request)),
      discard: (run) => within(crash, 'discard', () => handover.discard(run)),
    }),
    gateway: (gateway: Gateway): Gateway => ({
      ...gateway,
      open: (run) => within(crash, 'socket', () => gateway.open(run)),
      close: (run) => within(crash, 'close', () => gateway.close(run)),
    }),
    runtime: (runtime: Runtime): Runtime => ({
      ...runtime,
      launch: (spec) => within(crash, 'launch', () => runtime.launch(spec)),
      stop: (run) => within(crash, 'stop', () => runtime.stop(run)),
      remove: (run) => within(crash, 'remove', () => runtime.remove(run)),
      removeWorkspace: (name) => within(crash, 'workspace', () => runtime.removeWorkspace(name)),
    }),
  };
}
