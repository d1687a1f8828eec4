/** What people read when prlt itself is at fault; the error is in the log and not for them. */

/** @param id as the log has it */
export function internal(id: string): string {
  return `Something in prlt itself went wrong, more than once. The log of the service has it under \`${id}\`.`;
}
