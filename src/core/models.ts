/** A provider of models as the operator set it up. */

export interface ModelProvider {
  /** As in `/models/<name>` on a run's socket. */
  name: string;
  api: 'anthropic' | 'openai';
  /**
   * Where its API is, without a slash at the end: `https://api.anthropic.com` (what follows begins with `/v1`), or
   * `https://api.openai.com/v1`.
   */
  url: string;
  key: KeySource;
  /** Beginnings of the names of vendor-side tools that runs may use, or `urls` for links that the vendor follows. */
  allow: string[];
}

/** Where the key comes from, each time that it is needed anew; `none`: the provider asks for none. */
export type KeySource =
  | { from: 'value'; value: string }
  | { from: 'file'; path: string }
  | { from: 'command'; argv: string[] }
  | { from: 'none' };
