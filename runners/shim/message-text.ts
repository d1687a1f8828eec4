/** What a host's message says to the agent: the shim's words for its turn, the host's beside the answers of its tools. */
import type { HostMessageBody } from './protocol.ts';

export function promptText(message: Exclude<HostMessageBody, { type: 'cancel' }>): string {
  switch (message.type) {
    case 'poke':
      return message.text;
    case 'answer':
      return `${message.from} answered your question "${message.question}":\n\n${message.text}`;
    case 'wrap_up':
      return `Wrap up now: ${message.reason}. Bring what you have into a state worth keeping, commit it and end your turn.`;
  }
}
