/** Plain data with defaults for tests: items, runs, policies, events. Each test overrides only what its story is about. */
import type { BoardEvent, ItemEvent, RunEvent } from '#src/core/event.ts';
import {
  type Failure,
  type Item,
  newItem,
  type Person,
  type Repo,
  type Run,
  type Snapshot,
} from '#src/core/item.ts';
import type { Policy } from '#src/core/policy.ts';
import type { Verdict } from '#src/core/verdict.ts';

export const now = 1_800_000_000_000;
export const alice: Person = { id: 7, login: 'alice' };
export const origin = { number: 12 };
export const failure: Failure = { code: 'BROKEN', sentence: 'It broke.' };

export function aRepo(over: Partial<Repo> = {}): Repo {
  return {
    id: 1,
    owner: 'acme',
    name: 'widgets',
    installation: 11,
    private: false,
    defaultBranch: 'main',
    ...over,
  };
}

export function anItem(over: Partial<Item> = {}): Item {
  const about = { id: 'item1', host: 'github.com', nodeId: 'I_1', repo: aRepo(), number: 12, key: 'GH-12' };
  return { ...newItem(about), ...over };
}

export function aSnapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    title: 'Add hello',
    body: 'Please.',
    labels: ['agent:ready'],
    url: 'https://github.com/acme/widgets/issues/12',
    at: '2027-01-15T08:00:00.000Z',
    subIssues: [],
    ...over,
  };
}

export function aPolicy(
  over: Partial<Omit<Policy, 'limits'>> & { limits?: Partial<Policy['limits']> } = {},
): Policy {
  const limits = {
    concurrency: 3,
    run: 3_600_000,
    attempts: 3,
    memory: 2 * 2 ** 30,
    cpus: 2,
    pids: 512,
    stall: 600_000,
    disk: 10 * 2 ** 30,
    setup: 900_000,
    spend: { run: 5_000_000, day: 50_000_000 },
    ...over.limits,
  };
  return {
    mode: 'agentic',
    label: 'agent:ready',
    bots: [],
    workers: [
      {
        name: 'dev',
        takes: ['code', 'review', 'test', 'docs', 'deploy', 'triage', 'custom'],
        profile: 'coder',
        agents: ['bezos', 'gates', 'curie'],
      },
    ],
    profiles: { coder: { runner: 'command', command: ['true'] } },
    protect: [],
    setup: [],
    paths: [],
    network: [],
    branch: '{key}/{kind}/{agent}/{repo}/{slug}',
    notes: [],
    ...over,
    limits,
  };
}

export function aRequest(over: Partial<Extract<BoardEvent, { type: 'item_requested' }>> = {}): ItemEvent {
  return {
    type: 'item_requested',
    by: alice,
    via: 'label',
    origin,
    ordinal: 0,
    snapshot: aSnapshot(),
    notes: [],
    ...over,
  };
}

export function aSeat(run = 'run1', over: Partial<Run> = {}): Extract<RunEvent, { type: 'seat_given' }> {
  const seat = { agent: 'bezos', worker: 'dev', profile: 'coder', runner: 'command', workspace: `ws-${run}` };
  return { type: 'seat_given', run: { id: run, kind: 'implement', ...seat, ...over } };
}

export function aLaunch(run = 'run1', notes: string[] = []): ItemEvent {
  return {
    type: 'run_launched',
    run,
    branch: 'GH-12/feat/bezos/widgets/add-hello',
    base: { branch: 'main', sha: 'b'.repeat(40) },
    start: 'b'.repeat(40),
    notes,
  };
}

export function aVerdict(over: Partial<Verdict> = {}): Verdict {
  return { outcome: 'finished', head: 'c'.repeat(40), changed: true, commits: 1, ...over };
}

export function finished(over: Partial<Verdict> = {}, run = 'run1'): ItemEvent {
  return { type: 'run_finished', run, verdict: aVerdict(over) };
}

export function published(run = 'run1'): ItemEvent {
  return {
    type: 'change_published',
    run,
    change: { branch: 'GH-12/feat/bezos/widgets/add-hello', head: 'c'.repeat(40), commits: 1 },
  };
}

export function opened(number = 40, run = 'run1'): ItemEvent {
  const url = `https://github.com/acme/widgets/pull/${number}`;
  return { type: 'pull_opened', run, pull: { number, url, draft: true, state: 'open' }, notes: [] };
}
