/** What the gateway needs of the operator's registries: what there is, and how to be let in. */
import type { Registry } from '#src/core/registry.ts';

export interface RegistryAccess {
  list: readonly Registry[];
  /**
   * Name and value of the header that a registry wants; undefined for one that asks for nothing. Rejects when the secret
   * cannot be had. `anew`: the last one was not taken, so it is not to come from memory.
   */
  authorization(registry: string, anew: boolean): Promise<{ header: string; value: string } | undefined>;
}
