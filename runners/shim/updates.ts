/** What an agent reports over ACP, as events of the run. */
import type {
  RequestPermissionRequest,
  RequestPermissionResponse,
  SessionUpdate,
} from '@agentclientprotocol/sdk/unstable';
import type { Stream, Transcript } from './transcript.ts';

const titleLength = 500;
const rememberedTools = 500;

/** Returns a function that takes one `session/update`. */
export function createUpdateReader(transcript: Transcript): (update: SessionUpdate) => void {
  const titles = new Map<string, { title: string; status: string }>();

  function tool(
    id: string,
    title: string | undefined,
    status: string | undefined,
    kind: string | undefined,
  ): void {
    const known = titles.get(id);
    const now = {
      title: (title ?? known?.title ?? '').slice(0, titleLength),
      status: status ?? known?.status ?? 'pending',
    };
    if (known && known.status === now.status && known.title === now.title) return;
    titles.set(id, now);
    if (titles.size > rememberedTools) titles.delete(titles.keys().next().value ?? id);
    transcript.tell({ type: 'tool', id, ...now, ...(kind && { kind }) });
  }

  return (update) => {
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        if (update.content.type === 'text') transcript.say(update.content.text, streamOf(update._meta));
        return;
      case 'agent_thought_chunk':
        if (update.content.type === 'text') transcript.say(update.content.text, 'thought');
        return;
      case 'tool_call':
      case 'tool_call_update':
        return tool(
          update.toolCallId,
          update.title ?? undefined,
          update.status ?? undefined,
          update.kind ?? undefined,
        );
      case 'plan': {
        const entry = update.entries.find((candidate) => candidate.status === 'in_progress');
        if (entry) transcript.tell({ type: 'progress', message: entry.content.slice(0, titleLength) });
        return;
      }
      case 'usage_update':
        return transcript.tell({ type: 'usage', said: update });
      default:
        // Commands, modes and titles of a session mean nothing to a run.
        return;
    }
  };
}

/** Always answers, and allows where it can: the container is the boundary, not the question. */
export function answerPermission(
  request: RequestPermissionRequest,
  transcript: Transcript,
): RequestPermissionResponse {
  const options = request.options;
  const chosen =
    options.find((option) => option.kind === 'allow_always') ??
    options.find((option) => option.kind === 'allow_once') ??
    options.find((option) => !option.kind.startsWith('reject'));
  const title = (request.toolCall.title ?? request.toolCall.toolCallId).slice(0, titleLength);
  transcript.tell({ type: 'permission', title, answer: chosen?.name ?? 'cancelled' });
  return { outcome: chosen ? { outcome: 'selected', optionId: chosen.optionId } : { outcome: 'cancelled' } };
}

/** The command runner says in `_meta.prlt.stream` which of the command's streams a chunk is from. */
function streamOf(meta: Record<string, unknown> | null | undefined): Stream | undefined {
  const stream = (meta?.['prlt'] as { stream?: unknown } | undefined)?.stream;
  return stream === 'stdout' || stream === 'stderr' ? stream : undefined;
}
