/** The service's own secrets as far as they are known at the start, for taking them out of what agents said. */
import type { Settings } from '../config/settings.ts';

export function knownSecrets(
  settings: Pick<Settings, 'webhookSecret' | 'privateKey' | 'models' | 'registries'>,
): string[] {
  const sources = [
    ...settings.models.providers.map(({ key }) => key),
    ...settings.registries.flatMap(({ auth }) => (auth ? [auth.secret] : [])),
  ];
  const values = sources.flatMap((source) => (source.from === 'value' ? [source.value] : []));
  return [settings.webhookSecret, settings.privateKey, ...values];
}
