/** Claude Code through its ACP adapter. What was measured is in notes.md. */
import { adapter, type RunnerManifest } from '../manifest.ts';
import { providerOutcomes } from '../provider-outcomes.ts';

export const claude: RunnerManifest = {
  name: 'claude',
  image: 'prlt-runner-claude',
  argv: [...adapter, '{runners}/claude/node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js'],
  env: {
    ANTHROPIC_BASE_URL: '{pipe}/models/{provider}',
    ANTHROPIC_API_KEY: 'added-by-the-gateway',
    ANTHROPIC_MODEL: '{model}',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: 'false',
    // Else the tools of an MCP server hide behind a search tool.
    ENABLE_TOOL_SEARCH: 'false',
    // Ten by default, silently and for minutes.
    CLAUDE_CODE_MAX_RETRIES: '3',
  },
  // A session that is in its mode from the start need not be put into it.
  files: { '.claude/settings.json': JSON.stringify({ permissions: { defaultMode: 'bypassPermissions' } }) },
  acp: { mode: 'bypassPermissions', steering: true, resume: 'resume' },
  model: { apis: ['anthropic'], default: 'sonnet', side: [] },
  masks: ['.claude/', '.mcp.json'],
  outcomes: [
    ...providerOutcomes,
    // A vendor's filter stops an answer; the CLI tries once more by itself.
    { when: { failure: /safeguards|usage policy/ }, is: 'needs_person' },
    { when: { failure: /connection (lost|error|closed)|timed out|overloaded/ }, is: 'transient' },
  ],
};
