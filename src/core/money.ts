/** Amounts as people read them. */

/** `$1.05` from millionths of a US dollar; what is less than a cent, but something, is `<$0.01`. */
export function dollarsOf(millionths: number): string {
  if (millionths > 0 && millionths < 10_000) return '<$0.01';
  return `$${(millionths / 1_000_000).toFixed(2)}`;
}
