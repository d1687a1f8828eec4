/** What the shim does with each message of the host: steer the running turn, queue a prompt, or stop. */
import type { Agent } from './agent.ts';
import type { Journal } from './journal.ts';
import { promptText } from './message-text.ts';
import type { PromptQueue } from './prompts.ts';
import type { HostMessage } from './protocol.ts';
import type { Stop } from './verdict.ts';

export interface Inbox {
  /** Takes the next message; messages are dealt with one after the other. */
  take(message: HostMessage): void;
  /** Highest message taken, dealt with or not. */
  readonly lastSeen: number;
}

/** `agent` is undefined until it has started; `stop` is called for a cancel. */
export function openInbox(
  prompts: PromptQueue,
  journal: Journal,
  agent: () => Agent | undefined,
  stop: (stop: Stop) => void,
): Inbox {
  let lastSeen = prompts.lastMessage;
  let turn = Promise.resolve();

  async function deal(message: HostMessage): Promise<void> {
    if (message.type === 'cancel') {
      prompts.handle(message.id);
      return stop({ by: 'host', reason: message.reason });
    }
    const text = promptText(message);
    if (await agent()?.steer(text)) {
      prompts.handle(message.id);
      journal.append({ type: 'poke_delivered', message: message.id, how: 'steered' });
    } else if (message.type === 'wrap_up') {
      // A turn of its own would cost what it is to save, and have a command done twice.
      prompts.handle(message.id);
    } else {
      prompts.add(text, message.id);
    }
  }

  return {
    take(message) {
      if (message.id <= lastSeen) return;
      lastSeen = message.id;
      // A cancel overtakes a steering request that an agent does not answer.
      if (message.type === 'cancel') void deal(message);
      else turn = turn.then(() => deal(message));
    },
    get lastSeen() {
      return lastSeen;
    },
  };
}
