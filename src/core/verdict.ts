/** How a run ended, after the host joined the shim's word with what it saw itself. */

/** What an agent says of its work, checked and capped by the host (DESIGN §10, results). */
export interface Result {
  title?: string | undefined;
  summary?: string | undefined;
  tested?: string | undefined;
}

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
}
