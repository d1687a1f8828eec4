/** Title and description of the pull request that an agent's work becomes. */
import { inlineCode } from '#src/core/text/inline-code.ts';
import { speak, speakLine } from '#src/core/text/speak.ts';
import { duration } from './duration.ts';

export interface PullRequestView {
  /** What the agent called its change, else the item's title. */
  title: string;
  issue: { owner: string; repo: string; number: number };
  /** Where the pull request is opened. */
  home: { owner: string; repo: string };
  /** Whether merging completes the issue. */
  completes: boolean;
  /** The agent's own words. */
  summary?: string;
  tested?: string;
  decisions?: readonly string[];
  contract?: string;
  agent: string;
  runner: string;
  /** Milliseconds. */
  durationMs: number;
  commits: number;
  /** Sentences of ours. */
  notes: readonly string[];
  marker?: string;
}

/** GitHub takes 256 characters of title; bodies are kept far below its 65,536. */
const longestTitle = 200;
const longestText = 12_000;
const longestContract = 6_000;
const longestDecision = 300;

export function pullRequest(view: PullRequestView): { title: string; body: string } {
  const { summary, tested, decisions, contract, agent, runner, durationMs, commits, notes, marker } = view;
  const title = speakLine(view.title, { max: longestTitle });
  const facts = [
    `Agent ${inlineCode(agent, 60)}`,
    `runner ${inlineCode(runner, 60)}`,
    duration(durationMs),
    commits === 1 ? '1 commit' : `${commits} commits`,
  ];
  const body = [
    marker ?? '',
    `${view.completes ? 'Closes' : 'Part of'} ${reference(view)}`,
    `## Summary\n\n${block(summary) ?? 'The agent left no summary; the commits say what changed.'}`,
    `## How it was tested\n\n${block(tested) ?? 'The agent did not say.'}`,
    decisions?.length ? `## Decisions\n\n${decisions.map(bullet).join('\n')}` : '',
    contract ? `## For the work that depends on this\n\n${block(contract, longestContract) ?? ''}` : '',
    ...notes.map((note) => `> ${speakLine(note, { max: 1000 })}`),
    facts.join(' · '),
  ];
  return {
    title: title === '' ? `Change for #${view.issue.number}` : title,
    body: body.filter(Boolean).join('\n\n'),
  };
}

function reference({ issue, home }: PullRequestView): string {
  const here = `${issue.owner}/${issue.repo}`.toLowerCase() === `${home.owner}/${home.repo}`.toLowerCase();
  return here ? `#${issue.number}` : `${issue.owner}/${issue.repo}#${issue.number}`;
}

function bullet(text: string): string {
  return `- ${speakLine(text, { max: longestDecision })}`;
}

function block(text: string | undefined, max = longestText): string | undefined {
  const spoken = speak(text ?? '', { max });
  return spoken === '' ? undefined : spoken;
}

/** Said in the pull request and the status comment when the repository's plan has no drafts. */
export const draftRefused =
  'The plan of this repository has no draft pull requests, so this one was opened as ready for review.';
