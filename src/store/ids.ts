/** Ids that sort by time. */
import { ulid } from 'ulid';

/** A new ULID in lower case: it names containers, volumes and folders. */
export function newUlid(): string {
  return ulid().toLowerCase();
}
