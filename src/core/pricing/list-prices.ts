/**
 * List prices of Anthropic, OpenAI and Google as they were published in autumn 2026, US dollars per million tokens. They change,
 * and contracts differ: the operator's own table goes before this one. Where a price rises with the length of the prompt,
 * the higher one stands here.
 */
import type { Price, PriceTable } from '../pricing.ts';

/** @param read of cached tokens, @param write into the cache for five minutes (Anthropic only) */
function row(input: number, output: number, read: number, write = input): Price {
  return { input, output, cacheRead: read, cacheWrite: write };
}

export const listPrices: PriceTable = {
  // https://platform.claude.com/docs/en/about-claude/pricing
  'claude-fable': row(10, 50, 1, 12.5),
  'claude-mythos': row(10, 50, 1, 12.5),
  'claude-opus': row(15, 75, 1.5, 18.75),
  'claude-3-opus': row(15, 75, 1.5, 18.75),
  'claude-opus-4-5': row(5, 25, 0.5, 6.25),
  'claude-opus-4-6': row(5, 25, 0.5, 6.25),
  'claude-opus-4-7': row(5, 25, 0.5, 6.25),
  'claude-opus-4-8': row(5, 25, 0.5, 6.25),
  'claude-opus-5': row(5, 25, 0.5, 6.25),
  'claude-opus-5-5': row(4, 20, 0.2, 5),
  'claude-sonnet': row(3, 15, 0.3, 3.75),
  'claude-3-7-sonnet': row(3, 15, 0.3, 3.75),
  'claude-3-5-sonnet': row(3, 15, 0.3, 3.75),
  'claude-sonnet-5': row(2, 10, 0.2, 2.5),
  'claude-sonnet-5-5': row(2, 10, 0.1, 2.5),
  'claude-haiku': row(1, 5, 0.1, 1.25),
  'claude-3-5-haiku': row(0.8, 4, 0.08, 1),
  'claude-haiku-5-5': row(0.5, 2.5, 0.05, 0.625),
  // https://openai.com/api/pricing
  'gpt-5.6': row(5, 30, 0.5),
  'gpt-5.6-terra': row(2.5, 15, 0.25),
  'gpt-5.6-luna': row(1, 6, 0.1),
  'gpt-5.5': row(5, 30, 0.5),
  'gpt-5.5-pro': row(30, 180, 30),
  'gpt-5.4': row(2.5, 15, 0.25),
  'gpt-5.4-mini': row(0.75, 4.5, 0.075),
  'gpt-5.4-nano': row(0.2, 1.25, 0.02),
  'gpt-5.4-pro': row(30, 180, 30),
  'gpt-5.3': row(1.75, 14, 0.175),
  'gpt-5.2': row(1.75, 14, 0.175),
  'gpt-5.2-pro': row(21, 168, 21),
  'gpt-5.1': row(1.25, 10, 0.125),
  'gpt-5.1-codex-mini': row(0.25, 2, 0.025),
  'gpt-5': row(1.25, 10, 0.125),
  'gpt-5-mini': row(0.25, 2, 0.025),
  'gpt-5-nano': row(0.05, 0.4, 0.005),
  'gpt-5-pro': row(15, 120, 15),
  'gpt-4.1': row(2, 8, 0.5),
  'gpt-4.1-mini': row(0.4, 1.6, 0.1),
  'gpt-4.1-nano': row(0.1, 0.4, 0.025),
  'gpt-4o': row(2.5, 10, 1.25),
  'gpt-4o-mini': row(0.15, 0.6, 0.075),
  o3: row(2, 8, 0.5),
  'o3-pro': row(20, 80, 20),
  'o4-mini': row(1.1, 4.4, 0.275),
  // https://ai.google.dev/gemini-api/docs/pricing
  'gemini-3.6-flash': row(1.5, 7.5, 0.15),
  'gemini-3.5-flash': row(1.5, 9, 0.15),
  'gemini-3.5-flash-lite': row(0.3, 2.5, 0.03),
  'gemini-3.1-pro': row(4, 18, 0.4),
  'gemini-3.1-flash-lite': row(0.25, 1.5, 0.025),
  'gemini-3-pro': row(4, 18, 0.4),
  'gemini-3-flash': row(0.5, 3, 0.05),
  'gemini-2.5-pro': row(2.5, 15, 0.25),
  'gemini-2.5-flash': row(0.3, 2.5, 0.03),
  'gemini-2.5-flash-lite': row(0.1, 0.4, 0.01),
};
