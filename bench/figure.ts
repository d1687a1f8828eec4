/** One line of the bench: what was measured, against which bare baseline of the same run, and the bar it has to keep. */

export interface Figure {
  id: string;
  what: string;
  unit: string;
  ours: number;
  /** The baseline, measured in turns with ours; absent where there is none. */
  bare?: number;
  /** What `ours` may be at most (or at least), in `unit`; absent for what is only told. */
  bar?: { limit: number; at: 'least' | 'most'; said: string };
  /** Anything that helps to read it: parts of a way, counts by kind. */
  parts?: Record<string, number>;
}

export function holds({ ours, bar }: Figure): boolean | undefined {
  if (!bar) return undefined;
  return bar.at === 'most' ? ours <= bar.limit : ours >= bar.limit;
}

export function ratioOf({ ours, bare }: Figure): number | undefined {
  return bare === undefined ? undefined : ours / bare;
}
