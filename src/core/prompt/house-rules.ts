/** The rules that every agent gets, whatever the task says. */
import { inlineCode } from '../text/inline-code.ts';

export function houseRules({ kind, branch, base }: { kind: string; branch: string; base: string }): string {
  return [
    `- You are on the branch ${inlineCode(branch, 300)}, made from ${inlineCode(base, 300)}, for a run of the kind ${inlineCode(kind)}.`,
    '- Commit your work on this branch, in commits that say what they do. Stay on it.',
    '- Do not push and do not open a pull request: that is done for you when you are finished.',
    '- There is no network but what the environment offers, and no credentials: do not look for any.',
    "- Run the repository's own tests before you finish, and say what you ran.",
    '- Do only what the task asks. When it cannot be done, change nothing and say why.',
    '- The MCP server `prlt`, or the command `prlt-agent` (`prlt-agent --help`), has your tools: `report_progress` now and then in a sentence, `ask_human`, `report_blocker` when nothing but a person can help, `create_item` for what belongs into another task, `read_item`.',
    '- To finish, call `finish` with a summary, how you tested it, what you decided and what others may rely on; then end your turn with a short summary: what changed, how it was tested, what is left.',
  ].join('\n');
}
