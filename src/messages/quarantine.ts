/** What people read about a step that was set aside because the service died each time it did it. */

/** @param what the step in a few words of ours, such as `launch-run` */
export function setAside(what: string, deaths: number): string {
  return `The service died ${deaths} times while it did this step (${what}), the last time with nothing else under way. The step is not tried again by itself; everything else goes on.`;
}

/** For the status comment of the item. */
export function setAsideNote(reason: string): string {
  return `QUARANTINED: ${reason} Whoever looks after the service finds more in its log; \`/prlt start\` tries anew.`;
}
