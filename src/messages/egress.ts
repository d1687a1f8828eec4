/** What people read about the places that a run was not let out to. */
import type { EgressRefusal, Refused } from '#src/core/network/refusal.ts';
import { inlineCode } from '#src/core/text/inline-code.ts';

const reasons: Record<EgressRefusal, string> = {
  not_listed: 'not on the allow-list',
  not_public: 'its name leads to an address that is not public',
  other_name: 'TLS named another host',
  hidden_name: 'TLS hid the name of the host',
  not_tls: 'something other than TLS on port 443',
  method: 'asked for without a tunnel, and not by GET or HEAD over http',
  too_many: 'too many connections at a time',
  malformed: 'not plainly a host and a port',
};

const remedies: Partial<Record<EgressRefusal, string>> = {
  not_listed:
    'What it should reach has to be in `PRLT_ALLOW_HOSTS` of the service and, where the repository has a list, in `network.allow` of `.github/prlt.yml`; the next run has it.',
  not_public: 'A host of your own network has to be in `PRLT_ALLOW_PRIVATE_HOSTS` of the service as well.',
  malformed:
    'What was written with user information, escapes or characters that no name has is shown without them; whoever asks has to write the plain name.',
};

const mostInWhy = 10;
const mostInNote = 3;

/** For `/prlt why`; empty when nothing was refused. */
export function whyRefused({ hosts, beyond }: Refused): string {
  if (hosts.length === 0) return '';
  const lines = hosts
    .slice(0, mostInWhy)
    .map(({ host, reason, times }) => `- ${shown(host)}: ${reasons[reason]}, ${often(times)}`);
  const more = moreThan(mostInWhy, { hosts, beyond });
  const tried = beyond > 0 ? `; those after the first ${hosts.length} were tried ${often(beyond)}` : '';
  if (more) lines.push(`- and ${more}${tried}`);
  const todo = [...new Set(hosts.map(({ reason }) => remedies[reason] ?? ''))].filter(Boolean);
  return ['This run was refused:', lines.join('\n'), ...todo].join('\n\n');
}

/** One sentence for the status comment; undefined when nothing was refused. */
export function refusedNote({ hosts, beyond }: Refused): string | undefined {
  if (hosts.length === 0) return undefined;
  const more = moreThan(mostInNote, { hosts, beyond });
  const named = hosts.slice(0, mostInNote).map(({ host }) => shown(host));
  return `The run was not let out to ${named.join(', ')}${more && ` and ${more}`}; \`/prlt why\` says why.`;
}

/** Beside so many that are named; empty when there are none. */
function moreThan(named: number, { hosts, beyond }: Refused): string {
  const more = hosts.length - named;
  if (beyond > 0) return `at least ${more + 1} more hosts`;
  if (more <= 0) return '';
  return more === 1 ? 'one more host' : `${more} more hosts`;
}

function shown(host: string): string {
  return inlineCode(host, 120);
}

function often(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}
