/** One run from its assignment to the host's acknowledgement. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from './agent.ts';
import { spawnAgent } from './agent-process.ts';
import { type Checkout, checkoutPath, prepareCheckout } from './checkout.ts';
import { contentNotes } from './checkout-notes.ts';
import { agentEnvironment, placed, prepareHome, resultFile } from './environment.ts';
import { deliverFinished, type Finish, finishRun } from './finish.ts';
import type { HostConnection } from './host.ts';
import { openInbox } from './inbox.ts';
import { openJournal } from './journal.ts';
import { oomKills } from './memory.ts';
import { followMessages } from './messages.ts';
import { startOutbox } from './outbox.ts';
import { killAll, type Scope } from './processes.ts';
import { openPrompts } from './prompts.ts';
import { type Assignment, protocolVersion } from './protocol.ts';
import { earlierSession, rememberSession } from './session-record.ts';
import { runDirectory, type Settings } from './settings.ts';
import { isSetupDue, runSetup } from './setup.ts';
import { createTranscript } from './transcript.ts';
import { cancelledOr, type Failure, type Stop, type WorkEnd } from './verdict.ts';
import { workThrough } from './work.ts';

export interface RunContext {
  settings: Settings;
  assignment: Assignment;
  host: HostConnection;
  /** Loopback address of the byte pipe to the host. */
  pipe: string;
  env: NodeJS.ProcessEnv;
  /** Folder of all runners, for `{runners}` in an agent's command. */
  runners: string;
  stop: AbortController;
  /** Aborts when no time is left. */
  deadline: AbortSignal;
  now: () => Date;
}

/** A turn that was told to stop by a signal gets this long (ms): the engine kills soon. */
const signalGrace = 1000;

/** Resolves when the host has acknowledged the end, or says that the run is over. */
export async function runAssignment(context: RunContext): Promise<void> {
  const { settings, host, stop } = context;
  const assignment = placed(context.assignment, settings, context.pipe, context.runners);
  const directory = runDirectory(settings, assignment.run.id);
  const resumed = existsSync(directory);
  const scope: Scope = settings.alone
    ? { kind: 'everything' }
    : { kind: 'marked', name: 'PRLT_RUN_ID', value: assignment.run.id };
  const kill = async () => void (await killAll(scope));
  if (resumed) await kill();

  const ended = new AbortController();
  const over = Promise.withResolvers<'over'>();
  const journal = openJournal(directory, assignment.limits.journalBytes, context.now);
  const outbox = startOutbox(host, journal, () => over.resolve('over'));
  const prompts = openPrompts(directory, assignment.prompt);
  const transcript = createTranscript(assignment.limits, (event) => journal.append(event));
  const baseline = oomKills() ?? 0;
  let agent: Agent | undefined;
  let checkout: Checkout | undefined;
  let noted = Promise.resolve();

  const inbox = openInbox(
    prompts,
    journal,
    () => agent,
    (reason) => stop.abort(reason),
  );
  void followMessages(
    host,
    () => inbox.lastSeen,
    inbox.take,
    () => over.resolve('over'),
    ended.signal,
  );

  /** Checkout and agent start side by side, unless there is something to set up between. A failure is what went wrong. */
  async function begin(): Promise<Failure | undefined> {
    journal.append({ type: 'shim_started', protocol: protocolVersion, shim: process.version, resumed });
    const env = agentEnvironment(assignment, settings, context.pipe, context.env);
    const ready = (async () => {
      prepareHome(assignment, settings);
      return prepareCheckout(assignment, settings, env);
    })();
    const preparing = ready.then((made) => {
      checkout = made;
      journal.append({ type: 'checkout_ready', head: made.head, notes: made.notes });
    });
    if (isSetupDue(assignment, settings)) {
      const failure = await preparing.then(
        () => setUp(env),
        (e: unknown) => failedTo('checkout', e),
      );
      if (failure) return failure;
    }
    const starting = start(env, ready);
    const [prepared, started] = await Promise.allSettled([preparing, starting]);
    if (prepared.status === 'rejected') return failedTo('checkout', prepared.reason);
    if (started.status === 'rejected') return failedTo('spawn', started.reason);
    agent = started.value;
    noted = note().catch(() => {});
    const { id, resumed: continued } = agent.session;
    rememberSession(settings, assignment, id);
    journal.append({ type: 'agent_started', agent: assignment.agent.name, session: id, resumed: continued });
    return undefined;
  }

  /** What people should know of the checkout; read while the agent thinks, not while it waits to begin. */
  async function note(): Promise<void> {
    const notes = checkout ? await contentNotes(checkout.git, checkout.path) : [];
    for (const text of notes) journal.append({ type: 'note', text });
  }

  /** The agent begins after it: what it needs may be made here. */
  async function setUp(env: NodeJS.ProcessEnv): Promise<Failure | undefined> {
    if (!checkout) return undefined;
    const parts = { assignment, settings, checkout, env, journal, transcript, stop: stop.signal, kill };
    const failure = await runSetup(parts);
    // Of a first run that never came to its agent there is no work to hand over.
    if (failure && !assignment.continues) checkout = undefined;
    return failure;
  }

  async function start(env: NodeJS.ProcessEnv, ready: Promise<unknown>): Promise<Agent> {
    const cwd = checkoutPath(settings);
    const process = spawnAgent({ argv: assignment.agent.argv, env, cwd });
    const { startAgent } = await import('./agent.ts');
    return startAgent({
      process,
      cwd,
      ready,
      acp: assignment.agent.acp,
      earlier: earlierSession(settings, assignment),
      mcpUrl: `${context.pipe}/mcp`,
      transcript,
    });
  }

  async function work(): Promise<WorkEnd> {
    if (!agent) return cancelledOr(stop.signal, { kind: 'finished' });
    const grace = (reason: Stop) => (reason.by === 'signal' ? signalGrace : assignment.limits.cancelGraceMs);
    const end = await workThrough({ agent, prompts, journal, transcript, stop: stop.signal, grace, kill });
    return end.kind === 'failed' ? end : cancelledOr(stop.signal, end);
  }

  const finish: Omit<Finish, 'checkout'> = {
    assignment,
    host,
    journal,
    outbox,
    transcript,
    resultFile: resultFile(settings, assignment.run.id),
    lastMessage: () => prompts.lastMessage,
    oomKills: () => {
      const count = oomKills();
      return count === undefined ? undefined : count - baseline;
    },
    deadline: context.deadline,
    accepted: {},
  };

  async function toTheEnd(): Promise<void> {
    if (journal.lastPending === 'finished') {
      if ((await deliverFinished(journal, outbox, journal.last)) === 'accepted') return;
    }
    const failure = await begin();
    let end: WorkEnd = failure ? cancelledOr(stop.signal, { kind: 'failed', failure }) : await work();
    for (;;) {
      if (end.kind === 'cancelled') await kill();
      // What an agent made of the files may not let them be read to the end.
      await Promise.race([noted, sleep(1000)]);
      if ((await finishRun({ ...finish, checkout }, end)) === 'accepted') return;
      await Promise.race([prompts.arrival(), sleep(500), aborted(stop.signal)]);
      if (end.kind === 'finished') end = await work();
      else prompts.handle(inbox.lastSeen);
    }
  }

  await Promise.race([toTheEnd(), over.promise]);
  ended.abort();
  outbox.stop();
  await agent?.close(stop.signal.aborted ? 0 : 2000);
  await kill();
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function failedTo(cause: 'checkout' | 'spawn', error: unknown): Failure {
  return { cause, error: error instanceof Error ? error.message : String(error) };
}
