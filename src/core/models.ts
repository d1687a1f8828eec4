/** A provider of models as the operator set it up. */

/** Families of HTTP APIs. */
export const modelApis = ['anthropic', 'openai', 'gemini'] as const;

export interface ModelProvider {
  /** As in `/models/<name>` on a run's socket. */
  name: string;
  api: (typeof modelApis)[number];
  /**
   * Where its API is, without a slash at the end: `https://api.anthropic.com` (what follows begins with `/v1`, for Gemini
   * with `/v1beta`), or `https://api.openai.com/v1`.
   */
  url: string;
  key: KeySource;
  /** Beginnings of the names of vendor-side tools that runs may use, or `urls` for links that the vendor follows. */
  allow: string[];
}

/** Where the key comes from, each time that it is needed anew; `none`: the provider asks for none. */
export type KeySource =
  /** `written`: where in a file of settings it was found, and may be found changed. */
  | { from: 'value'; value: string; written?: { file: string; name: string } }
  | { from: 'file'; path: string }
  | { from: 'command'; argv: string[] }
  | { from: 'none' };
