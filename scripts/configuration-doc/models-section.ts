/** The part of docs/configuration.md about providers of models: their settings carry names that no schema can list. */
import { parts } from '#src/config/models.ts';
import { listPrices } from '#src/core/pricing/list-prices.ts';

const meanings: Record<(typeof parts)[number], string> = {
  KEY: 'The key itself. One that stands in `.env` is read again when that file changes; one in the environment needs a restart.',
  KEY_FILE:
    'A file with the key. It is read again when it changes, so a key can be replaced without a restart.',
  KEY_COMMAND:
    'A command that prints the key: its path, or a JSON list such as `["op", "read", "op://agents/openai/key"]`. It runs without a shell, has ten seconds, and its word holds for five minutes, or until the provider refuses the key.',
  URL: 'Where the API is. The known three have their vendors’; all others need it. A provider with a `URL` may have no key.',
  API: '`anthropic` (Messages), `openai` (Responses and chat completions) or `gemini` (`generateContent`). By the name for the known three, else `openai`.',
  ALLOW:
    'Between commas, what is let through although the vendor would reach out for the agent: the beginning of a tool’s type (`web_search`, `web_fetch`, `code_execution`, `file_search`, `code_interpreter`, `mcp`, `image_generation`, `google_search`, `url_context`), `urls` for links in images and documents, or a field (`mcp_servers`, `container`, `background`, `previous_response_id`, `conversation`, `prompt`, `web_search_options`, `plugins`, `cached_content`).',
};

export function modelsSection(): string {
  const rows = parts.map((part) => `| \`PRLT_MODELS_<NAME>_${part}\` | ${meanings[part]} |`);
  const prices = Object.entries(listPrices).map(
    ([name, { input, output, cacheRead, cacheWrite }]) =>
      `| \`${name}\` | ${[input, output, cacheRead, cacheWrite].join(' | ')} |`,
  );
  return `## Providers of models

\`<NAME>\` is \`ANTHROPIC\`, \`OPENAI\`, \`GEMINI\` or a name of your own (\`PRLT_MODELS_MY_ROUTER_URL\` makes the provider \`my-router\`). A runner
can be used when a provider of an API that it speaks is there. Of \`KEY\`, \`KEY_FILE\` and \`KEY_COMMAND\` one is set; agents never
have it. When a provider answers 401 or 403, the key is asked for anew, and the call is made once more if it has changed.

| key | meaning |
|---|---|
${rows.join('\n')}

Only model calls pass (\`/v1/messages\`, \`/v1/messages/count_tokens\`, \`/v1/responses\`, \`/v1/chat/completions\`,
\`/v1beta/models/<model>:generateContent\`, \`:streamGenerateContent?alt=sse\` and \`:countTokens\`, and lists of models). A
tool of the vendor's that \`ALLOW\` does not name is left out of the list of tools; a call that is only about such a tool, or
that holds links, stored files or remote servers, is refused with a sentence. Gemini's models for pictures and speech are
left out. Nothing is stored at the vendor (\`store\`), and no dearer speed is bought (\`service_tier\`, \`speed\`).

### Prices

\`PRLT_MODELS_PRICES\` names a YAML file with prices in US dollars per million tokens. Its rows go before the list prices below,
**which you should check against your vendor's and your contract**: they are from autumn 2026.

\`\`\`yaml
claude-sonnet-5: { input: 2, output: 10, cache_read: 0.2, cache_write: 2.5 }
my-router/gpt-5: { input: 1.5, output: 12 } # cached tokens cost as much as others unless told
local/: { input: 0, output: 0 } # every model of the provider "local"
\`\`\`

A row counts for the model of its name and for versions of it (\`gpt-5\` for \`gpt-5-2026-01-01\`, not for \`gpt-5.9\`); the longest
name wins, and one with its provider goes before one without. A model that no row fits is charged as the dearest of the
table, and the log says so once. Tokens kept in Anthropic's cache for an hour cost 1.6 times \`cache_write\`. An answer that
tells no usage, such as one that was cut, is reckoned from its bytes, rather too high than too low.

<details><summary>List prices</summary>

| model | input | output | cache read | cache write |
|---|---|---|---|---|
${prices.join('\n')}

</details>`;
}
