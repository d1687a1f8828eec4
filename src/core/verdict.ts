/** How a run ended, after the host joined the shim's word with what it saw itself. */

export interface Finding {
  file: string;
  line: number;
  severity: 'minor' | 'major' | 'blocker';
  title: string;
  todo: string;
}

/** What an agent says of its work, checked and capped by the host (DESIGN §10, results). */
export interface Result {
  title?: string | undefined;
  summary?: string | undefined;
  tested?: string | undefined;
  decisions?: string[] | undefined;
  /** What other work may rely on. */
  contract?: string | undefined;
  /** Of a review. */
  verdict?: 'approve' | 'changes' | undefined;
  findings?: Finding[] | undefined;
}

/** What the runner's table makes of an end (runners/outcome.ts). */
export type Meaning = 'finished' | 'transient' | 'quota' | 'auth' | 'needs_person' | 'crashed' | 'stalled';

export interface Verdict {
  outcome: 'finished' | 'failed' | 'cancelled';
  cause?: string | undefined;
  error?: string | undefined;
  exitCode?: number | undefined;
  signal?: string | undefined;
  lastLines?: string[] | undefined;
  head: string;
  changed: boolean;
  commits: number;
  result?: Result | undefined;
  oomKilled?: boolean | undefined;
  means?: Meaning | undefined;
}
