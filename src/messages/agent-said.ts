/**
 * What an agent wants people to know: its questions, what stops it, tasks it proposes. Its words, made fit for a comment.
 * None is shown as inline code: a backtick in the words before it would end that early, with what it holds unbroken.
 */
import { speak, speakLine } from '#src/core/text/speak.ts';

export interface AgentSaid {
  /** Oldest first, as far as they are shown. */
  questions: readonly { question: string; options: readonly string[]; default?: string; deadline?: string }[];
  blocker?: { reason: string; needs: string };
  proposals: readonly { title: string; labels?: readonly string[] }[];
}

export function agentSaid({ questions, blocker, proposals }: AgentSaid): string {
  return [
    blocker
      ? `**The agent cannot go on:**\n\n${quoted(`${speak(blocker.reason, { max: 1_000 })}\n\nIt needs: ${speak(blocker.needs, { max: 1_000 })}`)}`
      : '',
    ...questions.map((one) => `**The agent asks${until(one.deadline)}:**\n\n${quoted(asked(one))}`),
    proposals.length > 0
      ? `The agent proposes: ${proposals.map(proposed).join(' · ')}. Nothing was made of it.`
      : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function until(deadline: string | undefined): string {
  return deadline === undefined ? '' : ` (deadline ${speakLine(deadline, { max: 60 })})`;
}

function asked({ question, options, default: fallback }: AgentSaid['questions'][number]): string {
  const next =
    fallback === undefined
      ? 'It goes on with the safest reading.'
      : `It goes on with: ${speakLine(fallback, { max: 300 })}`;
  return [
    speak(question, { max: 1_000 }),
    options.map((option) => `- ${speakLine(option, { max: 200 })}`).join('\n'),
    next,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function proposed({ title, labels = [] }: AgentSaid['proposals'][number]): string {
  const shown = labels.map((label) => speakLine(label, { max: 50 })).join(', ');
  return `${speakLine(title, { max: 200 })}${shown ? ` (${shown})` : ''}`;
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}
