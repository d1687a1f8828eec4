/** Secrets, and where they were found. */

export interface KnownSecret {
  /** What people call it, such as `WEBHOOK_SECRET`; never the value. */
  name: string;
  value: string;
}

export interface Found {
  /** What it is, for a sentence: `a GitHub token`. */
  kind: string;
  /** It is one of this service's own. */
  own: boolean;
  /** Characters of the searched text that hold it, `end` exclusive. */
  start: number;
  end: number;
  /** The same for the same secret wherever and however it stands; to be compared, never shown. */
  mark: string;
}
