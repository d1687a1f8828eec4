/** A model's answer before it is sent: as the lines of a stream, and as one body. */

export interface Answer {
  /** Server-sent events, whole. */
  events: string[];
  whole: object;
}

/** A text as a model streams it. */
export function pieces(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}
