/** What labels mean: the ones people set are read here, the ones prlt keeps are computed here. */
import { type Item, type ItemType, waitsForPerson } from './item.ts';
import type { Status } from './status.ts';

/** Labels that prlt writes; whatever else is on an issue belongs to people. */
export const agentLabels = {
  working: 'agent:working',
  review: 'agent:review',
  question: 'agent:question',
  blocked: 'agent:blocked',
  failed: 'agent:failed',
  done: 'agent:done',
} as const;

export type AgentLabel = (typeof agentLabels)[keyof typeof agentLabels];

export const holdLabel = 'agent:hold';

const itemTypes: readonly ItemType[] = ['code', 'review', 'test', 'docs', 'deploy', 'triage', 'custom'];

export function isHoldLabel(label: string): boolean {
  return label.toLowerCase() === holdLabel;
}

export interface Reading {
  type: ItemType;
  /** 1 is the highest, 3 the default. */
  priority: number;
  category?: string;
  profile?: string;
  held: boolean;
  /** What people should know about how the labels were read. */
  notes: string[];
}

/** Reads the labels people set; of several priorities the highest wins and it is said. */
export function readLabels(labels: readonly string[]): Reading {
  const notes: string[] = [];
  const priorities = labels.map(priorityOf).filter((p) => p !== undefined);
  const priority = priorities.length > 0 ? Math.min(...priorities) : 3;
  if (new Set(priorities).size > 1) {
    notes.push(`Of several priority labels the highest counts: priority ${priority}.`);
  }
  const type = labelValue(labels, 'type:');
  const category = labelValue(labels, 'category:');
  const profile = labelValue(labels, 'profile:');
  return {
    type: itemTypes.find((known) => known === type) ?? 'custom',
    priority,
    ...(category ? { category } : {}),
    ...(profile ? { profile } : {}),
    held: labels.some(isHoldLabel),
    notes,
  };
}

function priorityOf(label: string): number | undefined {
  const short = /^p([0-3])$/i.exec(label);
  if (short) return Number(short[1]) + 1;
  const long = /^priority:([1-5])$/i.exec(label);
  return long ? Number(long[1]) : undefined;
}

function labelValue(labels: readonly string[], prefix: string): string | undefined {
  return labelValues(labels, prefix)[0];
}

/** What follows a prefix in lower case, in each label that begins with it. */
export function labelValues(labels: readonly string[], prefix: string): string[] {
  return labels
    .filter((label) => label.toLowerCase().startsWith(prefix))
    .map((label) => label.slice(prefix.length).trim());
}

/** The one agent label an item should carry now; stopped and untouched items carry none. */
export function agentLabelFor(item: Item, status: Status): AgentLabel | undefined {
  if (waitsForPerson(item)) return item.wait?.kind === 'blocker' ? agentLabels.blocked : agentLabels.question;
  if (status === 'claimed' || status === 'in_progress') return agentLabels.working;
  if (status === 'review') return agentLabels.review;
  if (status === 'failed') return agentLabels.failed;
  if (status === 'done' && item.generation > 0) return agentLabels.done;
  return undefined;
}
