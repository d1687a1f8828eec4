/** opencode, which speaks ACP itself. What was measured is in notes.md. */
import type { RunnerManifest } from '../manifest.ts';
import { providerOutcomes } from '../provider-outcomes.ts';

const configuration = {
  autoupdate: false,
  share: 'disabled',
  model: 'prlt/{model}',
  small_model: 'prlt/{model}',
  enabled_providers: ['prlt'],
  permission: 'allow',
  provider: {
    prlt: {
      npm: '@ai-sdk/openai-compatible',
      options: { baseURL: '{pipe}/models/{provider}/v1', apiKey: 'added-by-the-gateway' },
      models: { '{model}': { name: '{model}', limit: { context: 200_000, output: 32_000 } } },
    },
  },
};

export const opencode: RunnerManifest = {
  name: 'opencode',
  image: 'prlt-runner-opencode',
  argv: ['{runners}/opencode/node_modules/opencode-linux-x64/bin/opencode', 'acp'],
  env: {
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  },
  files: { '.config/opencode/opencode.json': JSON.stringify(configuration, null, 2) },
  acp: { steering: false, resume: 'resume' },
  model: { apis: ['openai'], default: 'gpt-5.5', side: [] },
  // It takes up skills of Claude Code's and of Codex's, too.
  masks: ['opencode.json', 'opencode.jsonc', '.opencode/', '.claude/', '.agents/'],
  outcomes: [...providerOutcomes],
};
