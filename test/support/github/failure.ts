/** How this GitHub says no: the one error that becomes an answer in GitHub's own error shape. */

/** One entry of `errors` in GitHub's validation answers; some endpoints answer plain strings. */
export type Problem = string | { resource: string; field?: string; code: string; message?: string };

/** A refusal with the status and body GitHub would answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly problems: readonly Problem[];
  readonly headers: Readonly<Record<string, string>>;
  /** Extra top-level keys of the body, such as `url` of a redirect. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    message: string,
    problems: readonly Problem[] = [],
    headers: Readonly<Record<string, string>> = {},
    extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.problems = problems;
    this.headers = headers;
    this.extra = extra;
  }
}

export const notFound = (): Refusal => new Refusal(404, 'Not Found');

export const invalid = (...problems: Problem[]): Refusal => new Refusal(422, 'Validation Failed', problems);

/** 422 with GitHub's `custom` code, whose message is meant for people. */
export const invalidBecause = (resource: string, message: string, field?: string): Refusal =>
  invalid({ resource, code: 'custom', ...(field === undefined ? {} : { field }), message });

export const forbidden = (message: string): Refusal => new Refusal(403, message);

/** What an installation token gets outside its permissions; `accepted` is what would have been enough. */
export const outOfScope = (accepted: string): Refusal =>
  new Refusal(403, 'Resource not accessible by integration', [], {
    'x-accepted-github-permissions': accepted,
  });
