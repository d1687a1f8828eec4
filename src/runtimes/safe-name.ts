/** Which of our names may become part of a path, of a container's name, or of a request to an engine. */

/** Letters, digits, `_`, `.` and `-`, beginning with a letter or digit, at most 128, and never `..`. */
export function isSafeName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(name) && !name.includes('..');
}
