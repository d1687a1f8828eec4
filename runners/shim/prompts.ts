/** The shim's own queue of prompts, on disk together with the messages it came from, so that a restart repeats nothing. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prompt } from './protocol.ts';

/** A prompt that waits or runs; `message` is the host's message it came from. */
export type QueuedPrompt = Prompt & { message?: number };

export interface PromptQueue {
  /** Adds the next prompt, in the same kind as the last one, and marks the message it came from as dealt with. */
  add(text: string, message: number): void;
  /** The oldest prompt; it stays until `done`, so a shim that dies meanwhile prompts it again. */
  next(): QueuedPrompt | undefined;
  done(number: number): void;
  /** The host's message `id` was dealt with in another way. */
  handle(id: number): void;
  /** Highest message dealt with. */
  readonly lastMessage: number;
  /** Resolves when a prompt waits. */
  arrival(): Promise<void>;
}

interface Saved {
  number: number;
  kind: Prompt['kind'];
  lastMessage: number;
  prompts: QueuedPrompt[];
}

/** Opens the queue kept in `directory`; a new one begins with `first`. */
export function openPrompts(directory: string, first: Prompt): PromptQueue {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'prompts.json');
  const saved: Saved = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Saved)
    : { number: first.number, kind: first.kind, lastMessage: 0, prompts: [first] };
  let arrived = Promise.withResolvers<void>();

  function save(): void {
    writeFileSync(`${path}.next`, JSON.stringify(saved));
    renameSync(`${path}.next`, path);
  }

  function push(prompt: QueuedPrompt): void {
    saved.number = prompt.number;
    saved.kind = prompt.kind;
    saved.prompts.push(prompt);
    arrived.resolve();
  }

  return {
    add(text, message) {
      saved.lastMessage = Math.max(saved.lastMessage, message);
      push({ number: saved.number + 1, kind: saved.kind, text, message });
      save();
    },
    next: () => saved.prompts[0],
    done(number) {
      saved.prompts = saved.prompts.filter((prompt) => prompt.number !== number);
      save();
    },
    handle(id) {
      saved.lastMessage = Math.max(saved.lastMessage, id);
      save();
    },
    get lastMessage() {
      return saved.lastMessage;
    },
    arrival() {
      if (saved.prompts.length > 0) return Promise.resolve();
      arrived = Promise.withResolvers<void>();
      return arrived.promise;
    },
  };
}
