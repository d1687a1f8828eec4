/** Said of an item that failed as often as it may. */
export function attemptsUsed(attempts: number): string {
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  return `LIMIT_ATTEMPTS: it failed ${times}, which is as often as \`limits.attempts\` of \`.github/prlt.yml\` allows. \`/prlt retry\` counts anew.`;
}
