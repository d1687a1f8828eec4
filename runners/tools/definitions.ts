/**
 * The agent's tools, version 1, as data: what MCP offers, what `prlt-agent` takes and what docs/agent-tools.md says are
 * made from this table. It is what both sides of the socket share, so it imports nothing.
 */

/** Raised when a call that was right before would be refused. */
export const toolsVersion = 1;

interface About {
  /** Shown to agents and in the docs. */
  says: string;
  required?: true;
  /** Name of the flag of `prlt-agent`, when it is not the field's own. */
  flag?: string;
}

/** A value of a tool's arguments. `most` counts characters of texts and entries of lists. */
export type Field = About &
  (
    | { kind: 'text'; most: number }
    | { kind: 'texts'; most: number; each: number }
    | { kind: 'choice'; of: readonly string[] }
    | { kind: 'line_number' }
    | { kind: 'flag' }
    | { kind: 'records'; most: number; fields: Readonly<Record<string, Field>> }
  );

export interface ToolDefinition {
  /** As in `prlt-agent <command>`. */
  command: string;
  says: string;
  /** The field that the command takes without a flag. */
  plain?: string;
  /** It changes nothing. */
  reads?: true;
  /** Calls of a run, by the minute and altogether; further ones are refused. */
  perMinute: number;
  perRun?: number;
  fields: Readonly<Record<string, Field>>;
}

/** Calls of one run to all tools together, by the minute. */
export const callsPerMinute = 120;

export const toolNames = [
  'report_progress',
  'finish',
  'ask_human',
  'report_blocker',
  'create_item',
  'read_item',
] as const;

export type ToolName = (typeof toolNames)[number];

const findings: Readonly<Record<string, Field>> = {
  file: { kind: 'text', most: 300, required: true, says: 'Path from the root of the repository.' },
  line: { kind: 'line_number', required: true, says: 'Line in that file, from 1.' },
  severity: {
    kind: 'choice',
    of: ['minor', 'major', 'blocker'],
    required: true,
    says: 'How much it matters.',
  },
  title: { kind: 'text', most: 200, required: true, says: 'What is wrong, in one line.' },
  todo: { kind: 'text', most: 1_000, required: true, says: 'What to change.' },
};

export const tools: Readonly<Record<ToolName, ToolDefinition>> = {
  report_progress: {
    command: 'progress',
    says: 'Tell the people who follow this task what you are doing, in a sentence. Shown in the status comment.',
    plain: 'message',
    perMinute: 60,
    fields: {
      message: { kind: 'text', most: 2_000, required: true, says: 'One or two plain sentences.' },
    },
  },
  finish: {
    command: 'finish',
    says: 'Hand over your work: what you did becomes the text of the pull request. Call it once your commits are made, then end your turn. The latest call counts.',
    perMinute: 20,
    fields: {
      summary: {
        kind: 'text',
        most: 20_000,
        required: true,
        says: 'What was done and why, in Markdown.',
      },
      title: { kind: 'text', most: 200, says: 'Title of the pull request.' },
      how_tested: { kind: 'text', most: 5_000, flag: 'tested', says: 'What was run, and what came of it.' },
      decisions: {
        kind: 'texts',
        most: 20,
        each: 1_000,
        flag: 'decision',
        says: 'Choices made on the way, assumptions included, each with its reason.',
      },
      contract: {
        kind: 'text',
        most: 10_000,
        says: 'What tasks that depend on this one may rely on: names, signatures, formats, routes.',
      },
      verdict: {
        kind: 'choice',
        of: ['approve', 'changes'],
        says: 'Only when you were asked for a review: whether the change may go in.',
      },
      findings: {
        kind: 'records',
        most: 100,
        flag: 'finding',
        fields: findings,
        says: 'Only when you were asked for a review: what has to be changed.',
      },
    },
  },
  ask_human: {
    command: 'ask',
    says: 'Ask the people who follow this task. The question is shown to them; the answer says how to go on meanwhile.',
    plain: 'question',
    perMinute: 10,
    perRun: 20,
    fields: {
      question: {
        kind: 'text',
        most: 4_000,
        required: true,
        says: 'Complete in itself: whoever answers has not seen your work.',
      },
      options: {
        kind: 'texts',
        most: 10,
        each: 500,
        required: true,
        flag: 'option',
        says: 'The answers you can think of; an empty list for an open question.',
      },
      default: { kind: 'text', most: 500, says: 'What you do when nobody answers.' },
      deadline: { kind: 'text', most: 60, says: 'When the answer stops being of use, such as `2h`.' },
      blocking: { kind: 'flag', says: 'Nothing sensible can be done without the answer.' },
    },
  },
  report_blocker: {
    command: 'blocker',
    says: 'Say that the task cannot go on until somebody does something. The run is stopped and its work is kept, so commit first.',
    perMinute: 5,
    perRun: 20,
    fields: {
      reason: { kind: 'text', most: 2_000, required: true, says: 'Why it cannot go on.' },
      needs: { kind: 'text', most: 2_000, required: true, says: 'What somebody has to do or decide.' },
    },
  },
  create_item: {
    command: 'create-item',
    says: 'Propose another task that you came across and that is not part of this one. It is shown to people; nothing is made of it yet.',
    perMinute: 10,
    perRun: 20,
    fields: {
      title: { kind: 'text', most: 200, required: true, says: 'Title of the task.' },
      body: { kind: 'text', most: 20_000, required: true, says: 'Description, in Markdown.' },
      labels: { kind: 'texts', most: 10, each: 50, flag: 'label', says: 'Labels it should get.' },
    },
  },
  read_item: {
    command: 'read-item',
    says: 'Read another task of this repository that was given to an agent before: title, state and description.',
    plain: 'key',
    reads: true,
    perMinute: 60,
    fields: {
      key: { kind: 'text', most: 150, required: true, says: 'Such as `GH-12` or `#12`.' },
    },
  },
};
