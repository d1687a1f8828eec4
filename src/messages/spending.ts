/** What an agent is told about money: that it runs out, that it has. */

/** `$4.10`, from millionths; four places below a cent's worth of use. */
export function inDollars(millionths: number): string {
  const dollars = millionths / 1_000_000;
  return `$${dollars > 0 && dollars < 0.1 ? dollars.toFixed(4) : dollars.toFixed(2)}`;
}

export function runsShort({ spent, cap }: { spent: number; cap: number }): string {
  const share = Math.floor((100 * spent) / cap);
  return `${share} % of this run's budget is used (${inDollars(spent)} of ${inDollars(cap)}, limits.spend.run)`;
}

export function runSpent({ spent, cap }: { spent: number; cap: number }): string {
  if (cap === 0) return 'No budget was set aside for this run, so it may call no models.';
  return `This run has used ${inDollars(spent)} of ${inDollars(cap)} (limits.spend.run): no further model call is let through.`;
}

export function daySpent({ spent, ceiling }: { spent: number; ceiling: number }): string {
  return `The models of this repository have cost ${inDollars(spent)} today, and ${inDollars(ceiling)} is the most for a day (PRLT_MAX_SPEND_DAY): no further model call is let through.`;
}

export const runIsOverForModels = 'This run is over; no model call is let through.';

export function notOfRunner(provider: string, runner: string): string {
  return `The runner "${runner}" does not speak the API of the provider "${provider}".`;
}
