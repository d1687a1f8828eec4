/** What is said of a runner whose provider of models takes no calls now. */

/** @param provider as the settings name it, where a call was made at all */
export function keyRefused(runner: string, provider: string | undefined): string {
  const setting = provider === undefined ? '*' : `${provider.toUpperCase().replaceAll('-', '_')}_*`;
  return `${theProvider(runner, provider)} refuses the key of this service; see PRLT_MODELS_${setting}.`;
}

export function quotaUsed(runner: string, provider: string | undefined): string {
  return `${theProvider(runner, provider)} takes no more calls for now.`;
}

/** For the operator, who alone can mend a key. @param since milliseconds since the epoch */
export function keyToMend(sentence: string, since: number): { says: string; todo: string } {
  return {
    says: `${sentence} The work of this runner waits since ${new Date(since).toISOString()}.`,
    todo: 'Give it a key that the provider takes: one from `.env`, a file or a command is read anew by itself, one that the service was started with in its environment needs a restart. The work is tried again by itself, after half an hour at the latest; this is said until a run has got through.',
  };
}

function theProvider(runner: string, provider: string | undefined): string {
  return `The model provider${provider === undefined ? '' : ` ${provider}`} of the runner ${runner}`;
}
