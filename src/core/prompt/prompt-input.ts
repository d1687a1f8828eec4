/** What a prompt is built from. */
import type { EarlierWork } from './earlier-work.ts';

/** `content` is undefined for a file that is not there at the base commit, `too large` for one not read. */
export interface Spec {
  path: string;
  content: string | undefined;
  tooLarge?: boolean;
}

export interface PromptInput {
  snapshot: {
    key: string;
    title: string;
    body: string | null;
    url: string;
    labels: readonly string[];
    subIssues: readonly { key: string; title: string; done: boolean }[];
    parent?: { key: string; title: string; body: string | null };
  };
  specs: readonly Spec[];
  run: { kind: string; branch: string; base: string; repo: string };
  /** The repository's own instructions at the base commit, the most important first. */
  rules?: readonly Spec[];
  /** How the repository words its commits, one sentence. */
  commits?: string;
  /** The profile's instructions from the repository's configuration. */
  instructions?: string;
  /** Why an earlier attempt at the same task came to nothing; it may quote what that attempt wrote. */
  previously?: string;
  /** Earlier work in this very checkout that was put aside: why, which other runner did it, and what is known of that. */
  goesOn?: { reason: string; runner?: string; earlier?: EarlierWork };
  /** What permitted persons said before the agent started. */
  said?: readonly { by: string; text: string }[];
}
