/** What a command looks like to the one who types it. Help, usage and parsing all read these; nothing is listed twice. */

export interface ArgumentShape {
  name: string;
  required: boolean;
  /** Takes all that follows, quoted or not. Only the last argument may. */
  rest?: boolean;
}

export interface OptionShape {
  /** Without the dashes. */
  name: string;
  /** `flag` takes no value. */
  kind: 'value' | 'flag';
}

/** `group` equals `verb` for commands that stand alone, such as `help`. */
export interface CommandShape {
  group: string;
  verb: string;
  aliases?: readonly string[];
  /** As people type it, with the leading `/prlt`. */
  usage: string;
  /** One sentence. */
  summary: string;
  permission: 'write' | 'none';
  args: readonly ArgumentShape[];
  options: readonly OptionShape[];
}

/** `work start`, or `help` for a command that stands alone. */
export function longName(shape: CommandShape): string {
  return shape.group === shape.verb ? shape.verb : `${shape.group} ${shape.verb}`;
}
