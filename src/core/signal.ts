/** What an edge reports before anybody knows which item it concerns or whether its author may ask. */
import type { Item, Person, Pull, Repo } from './item.ts';

export interface Actor extends Person {
  bot: boolean;
}

/** The issue or pull request a signal is about, as the payload had it. */
export interface Subject {
  nodeId: string;
  number: number;
  isPull: boolean;
  title: string;
  body: string | null;
  labels: string[];
  url: string;
  open: boolean;
}

export type Signal = { repo: Repo } & SignalBody;

export type SignalBody =
  /** `editedBy`: somebody who may not ask changed the text after the label was put on. */
  | { type: 'label_added'; label: string; subject: Subject; by: Actor; editedBy?: string }
  | { type: 'label_removed'; label: string; subject: Subject; by: Actor }
  | { type: 'comment_posted'; comment: number; body: string; subject: Subject; by: Actor }
  | { type: 'issue_closed'; reason: NonNullable<Item['closed']>; subject: Subject }
  | { type: 'issue_reopened'; subject: Subject }
  | { type: 'issue_edited'; subject: Subject; by: Actor; at: string }
  | { type: 'issue_gone'; subject: Subject }
  | { type: 'pull_changed'; number: number; state: Pull['state']; draft: boolean };

/** An installation, or some of its repositories. */
export interface Reach {
  installation: number;
  /** Undefined: all of them. */
  repos?: number[];
}

/** What prlt may no longer touch. */
export interface Loss extends Reach {
  reason: string;
}
