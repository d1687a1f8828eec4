/** Failures that people read: a code, what happened, what to do. Everything else is logged and gets a neutral sentence. */
import { agentErrors } from './errors/agent.ts';
import type { ErrorEntry } from './errors/error-entry.ts';
import { limitErrors } from './errors/limits.ts';
import { publishErrors } from './errors/publish.ts';
import { requestErrors } from './errors/request.ts';
import { serviceErrors } from './errors/service.ts';

/** Every code, in the order of docs/errors.md. */
export const errorCatalogue = {
  ...requestErrors,
  ...serviceErrors,
  ...agentErrors,
  ...limitErrors,
  ...publishErrors,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

export interface UserError {
  code: ErrorCode;
  /** What happened, in one or two sentences. */
  sentence: string;
  /** What the reader can do about it. */
  todo: string;
}

/** Without `todo` the catalogue's advice is given. */
export function userError(code: ErrorCode, sentence: string, todo?: string): UserError {
  return { code, sentence, todo: todo ?? errorCatalogue[code].todo };
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}
