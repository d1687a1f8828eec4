/** Spans of time as people read them: `8s`, `1m 05s`, `2h 03m`. */

/** `ms` in milliseconds; what is below zero reads as `0s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours}h ${two(minutes % 60)}m`;
  return minutes > 0 ? `${minutes}m ${two(seconds % 60)}s` : `${seconds}s`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
