/** Which provider and which model an agent gets, and which runners this service can use at all. Pure. */
import type { RunnerManifest } from '#runners/manifest.ts';
import { type ModelProvider, modelApis } from '../core/models.ts';

export interface ModelChoice {
  /** Name of the gateway's provider. */
  provider: string;
  /** As that provider calls it. */
  model: string;
}

type Providers = readonly Pick<ModelProvider, 'name' | 'api'>[];

/**
 * @param asked the profile's `model`; `provider/model` picks one of the service's providers. A runner that calls no
 * models of its own, such as a command, gets one only when it is asked for. Undefined when there is none for it.
 */
export function chooseModel(
  { model }: Pick<RunnerManifest, 'model'>,
  providers: Providers,
  asked: string | undefined,
): ModelChoice | undefined {
  const apis = model?.apis ?? modelApis;
  const speaks = apis.flatMap((api) => providers.filter((one) => one.api === api));
  const named = speaks.find(({ name }) => asked?.startsWith(`${name}/`));
  if (named && asked) return { provider: named.name, model: asked.slice(named.name.length + 1) };
  const name = asked ?? model?.default;
  const [first] = speaks;
  return first && name ? { provider: first.name, model: name } : undefined;
}

/** Runners that need no models, and those for which there is a provider. */
export function usableRunners(
  runners: readonly RunnerManifest[],
  providers: Providers,
): ReadonlyMap<string, RunnerManifest> {
  const usable = runners.filter((one) => !one.model || chooseModel(one, providers, undefined));
  return new Map(usable.map((one) => [one.name, one]));
}

/** Fills `{model}` and `{provider}` in; the rest is the shim's to fill (runners/manifest.ts). */
export function withModel(text: string, choice: ModelChoice | undefined): string {
  return text.replaceAll('{model}', choice?.model ?? '').replaceAll('{provider}', choice?.provider ?? '');
}
