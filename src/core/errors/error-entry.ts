/** What the catalogue says about one error code. */
export interface ErrorEntry {
  /** What the code means, in one or two sentences. */
  meaning: string;
  /** What to look at, the likeliest first. */
  check: readonly string[];
  /** What to do once the cause is found. */
  todo: string;
}
