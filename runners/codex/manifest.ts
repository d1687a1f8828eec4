/** Codex through its ACP adapter. What was measured is in notes.md. */
import { adapter, type RunnerManifest } from '../manifest.ts';
import { providerOutcomes } from '../provider-outcomes.ts';

const configuration = `model = "{model}"
model_provider = "prlt"
approval_policy = "never"
# The container is the boundary; codex's own sandbox cannot work inside of it.
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
# Made by the vendor and not by codex; the gateway lets an operator allow it.
web_search = "disabled"

[model_providers.prlt]
name = "prlt"
base_url = "{pipe}/models/{provider}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
supports_websockets = false
request_max_retries = 2
stream_max_retries = 2

[projects."{checkout}"]
trust_level = "untrusted"

[analytics]
enabled = false

[otel]
exporter = "none"

[features]
apps = false
plugins = false
remote_plugin = false
hooks = false
tool_suggest = false
skill_mcp_dependency_install = false
image_generation = false
enable_request_compression = false
browser_use = false
computer_use = false
# Else a provider that cannot be reached is dialled for ever, without a word.
unbounded_connection_retries = false
`;

export const codex: RunnerManifest = {
  name: 'codex',
  image: 'prlt-runner-codex',
  argv: [...adapter, '{runners}/codex/node_modules/@agentclientprotocol/codex-acp/dist/index.js'],
  env: {
    OPENAI_API_KEY: 'added-by-the-gateway',
    CODEX_HOME: '{home}/.codex',
    NO_BROWSER: '1',
    MODEL_PROVIDER: 'prlt',
    INITIAL_AGENT_MODE: 'agent-full-access',
    // Else each turn is followed by a call with the whole conversation, for what a person might type next.
    CODEX_ACP_PROMPT_SUGGESTIONS: 'false',
  },
  files: { '.codex/config.toml': configuration },
  acp: { steering: true, resume: 'resume' },
  model: { apis: ['openai'], default: 'gpt-5.5-codex', side: ['gpt-5.6-luna'] },
  masks: ['.codex/', '.agents/'],
  outcomes: [
    ...providerOutcomes,
    { when: { failure: /stream disconnected|error sending request|high demand/ }, is: 'transient' },
  ],
};
