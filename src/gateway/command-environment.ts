/** What a command that prints a secret for the gateway sees of the environment. */

/** The service's own secrets; no such command has a use for them. */
const ownSecrets = /^(PRIVATE_KEY|WEBHOOK_SECRET|PRLT_MODELS_.*_KEY)$/;

export function commandEnvironment(
  env: Record<string, string | undefined>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ownSecrets.test(name)));
}
