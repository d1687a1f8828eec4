/** Keys that stand in the `.env` file: told where they stand, so that a new one there is seen without a restart. */
import type { ModelProvider } from '#src/core/models.ts';
import type { ModelSettings } from './models.ts';

/** @param names those that came from the file and not from the environment, which wins over it */
export function withKeysOfFile(
  models: ModelSettings,
  file: string,
  names: ReadonlySet<string>,
): ModelSettings {
  const located = (provider: ModelProvider): ModelProvider => {
    const name = `PRLT_MODELS_${provider.name.toUpperCase().replaceAll('-', '_')}_KEY`;
    if (provider.key.from !== 'value' || !names.has(name)) return provider;
    return { ...provider, key: { ...provider.key, written: { file, name } } };
  };
  return { ...models, providers: models.providers.map(located) };
}
