/** What comments ask for: slash commands of people who may give them. */
import type { Call } from '../../commands/command.ts';
import { commands } from '../../commands/registry.ts';
import type { BoardEvent } from '../../core/event.ts';
import { longName } from '../../core/grammar/command-shape.ts';
import { parseCommands } from '../../core/grammar/parse-commands.ts';
import type { Item, Origin } from '../../core/item.ts';
import type { Signal } from '../../core/signal.ts';
import { currentPolicy } from '../policies.ts';
import { denied, type IntakeContext, mayAsk, person, preflight, snapshotOf } from './asking.ts';

/** Comments of people who may not ask are parsed only up to this length, in characters. */
const longestFromStrangers = 4_000;

/** Looked at cheaply, then at the author, then parsed: what strangers write at length costs nothing. */
export async function commented(
  context: IntakeContext,
  item: Item,
  signal: Extract<Signal, { type: 'comment_posted' }>,
): Promise<BoardEvent[]> {
  const { repo, subject, by, comment } = signal;
  if (!/^ {0,3}\/prlt\b/im.test(signal.body)) return [];
  if (!context.strangers.heeds(repo.id, by)) return [];
  const origin: Origin = { number: subject.number, comment };
  const inForce = await currentPolicy(context, repo);
  const permitted = await mayAsk(context, repo, by, inForce);
  if (!permitted && signal.body.length > longestFromStrangers) return [];
  const lines = parseCommands(
    signal.body,
    commands.map((one) => one.shape),
    { shortFormContext: true },
  );
  if (lines.length === 0) return [];
  if (!permitted) return denied(context, repo, by, origin);
  const events: BoardEvent[] = [{ type: 'command_seen', origin }];
  for (const [ordinal, line] of lines.entries()) {
    if (line.kind === 'error') {
      const { code, sentence, usage } = line;
      events.push({
        type: 'reply_asked',
        origin,
        ordinal,
        reply: { kind: 'command_error', code, sentence, usage },
      });
      continue;
    }
    const command = commands.find(({ shape }) => line.verb === longName(shape));
    if (!command) throw new Error(`no command ${line.verb}`);
    const call: Call = {
      by: person(by),
      origin,
      ordinal,
      args: line.args,
      options: line.options,
      mostSpend: context.settings.ceilings.spend.run,
      askedBefore: item.generation > 0,
      onForeignPull: subject.isPull && item.nodeId === subject.nodeId,
      snapshot: () => snapshotOf(context, repo, subject),
      preflight: async () => preflight(inForce),
    };
    events.push(await command.perform(call));
  }
  return events;
}
