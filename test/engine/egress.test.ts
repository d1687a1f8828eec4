/** Where a run may go, as it was decided at its claim and as the operator has it now, and what it was refused. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Assignment } from '#runners/shim/protocol.ts';
import { createEgressDesk } from '#src/engine/egress.ts';
import { refusedNote, whyRefused } from '#src/messages/egress.ts';
import { refusedHosts } from '#src/store/egress.ts';
import { saveItem } from '#src/store/items.ts';
import type { Db } from '#src/store/open.ts';
import { saveRepo } from '#src/store/repos.ts';
import { assignRun, setRunState } from '#src/store/runs.ts';
import { anItem, aRepo } from '#test/support/builders.ts';
import { scratchStore } from '../store/scratch.ts';

const listed = ['registry.npmjs.org:443', 'deb.debian.org:80'];

async function withRun(network: string[] | undefined) {
  const { db } = await scratchStore();
  await saveRepo(db, aRepo());
  await saveItem(db, anItem(), 1);
  const spec = { image: 'x', limits: {} as never, ...(network ? { network } : {}) };
  const assignment = {} as Assignment;
  await assignRun(db, { id: 'r', item: 'item1', epoch: 1, workspace: 'r', assignment, spec, deadline: 9 }, 5);
  return db;
}

const deskOf = (db: Db, hosts = listed) =>
  createEgressDesk({ db, hosts, log: pino({ level: 'silent' }), now: () => 7 });

test('what was decided at the claim holds, unless the operator has taken it back', async () => {
  const db = await withRun(['registry.npmjs.org:443', 'gone.example:443']);
  expect(await deskOf(db).allowed('r')).toEqual(['registry.npmjs.org:443']);
  expect(await deskOf(db, []).allowed('r')).toEqual([]);
  expect(await deskOf(db).repository('r')).toBe('acme/widgets');
});

test('a run of before the list, an unknown one and one that is over reach nothing', async () => {
  const db = await withRun(undefined);
  const desk = deskOf(db);
  expect(await desk.allowed('r')).toEqual([]);
  expect(await desk.allowed('other')).toEqual([]);
  expect(await desk.repository('other')).toBeUndefined();
  await setRunState(db, 'r', 'over');
  expect(await desk.repository('r')).toBeUndefined();
});

test('refusals are counted, by place; of very many places the number is kept and not each name', async () => {
  const db = await withRun([]);
  const desk = deskOf(db);
  for (const host of ['a.example:443', 'b.example:443', 'b.example:443'])
    await desk.refused('r', host, 'not_listed');
  await desk.refused('r', 'a.example:443', 'not_public');
  await desk.refused('r', 'a.example:443', 'not_public');
  const few = await refusedHosts(db, 'r');
  expect(few).toEqual({
    hosts: [
      { host: 'a.example:443', reason: 'not_public', times: 3 },
      { host: 'b.example:443', reason: 'not_listed', times: 2 },
    ],
    beyond: 0,
  });
  for (let number = 0; number < 500; number += 1)
    await desk.refused('r', `h${number}.example:443`, 'not_listed');
  await desk.refused('r', 'h499.example:443', 'not_listed');
  await desk.refused('r', 'b.example:443', 'not_listed');
  const many = await refusedHosts(db, 'r');
  expect(many.hosts).toHaveLength(500);
  expect(many.hosts.find(({ host }) => host === 'b.example:443')?.times).toBe(3);
  expect(many.beyond).toBe(3);
  expect(whyRefused(many)).toContain(
    '- and at least 491 more hosts; those after the first 500 were tried 3 times',
  );
  expect(refusedNote(many)).toContain(' and at least 498 more hosts; ');
  expect(await refusedHosts(db, 'other')).toEqual({ hosts: [], beyond: 0 });
});

test('a store that fails is no failure of the tunnel', async () => {
  const { db, close } = await scratchStore();
  await close();
  await expect(deskOf(db).refused('r', 'a.example:443', 'not_listed')).resolves.toBeUndefined();
});

test('people read which places, why, how often, and what to do', async () => {
  expect(whyRefused({ hosts: [], beyond: 0 })).toBe('');
  expect(refusedNote({ hosts: [], beyond: 0 })).toBeUndefined();
  const hosts = [
    { host: 'registry.example.org:443', reason: 'not_listed', times: 3 },
    { host: 'npm.internal:443', reason: 'not_public', times: 1 },
  ] as const;
  expect(whyRefused({ hosts, beyond: 0 })).toBe(
    [
      'This run was refused:',
      '- `registry.example.org:443`: not on the allow-list, 3 times\n- `npm.internal:443`: its name leads to an address that is not public, once',
      'What it should reach has to be in `PRLT_ALLOW_HOSTS` of the service and, where the repository has a list, in `network.allow` of `.github/prlt.yml`; the next run has it.',
      'A host of your own network has to be in `PRLT_ALLOW_PRIVATE_HOSTS` of the service as well.',
    ].join('\n\n'),
  );
  const odd = [{ host: '…@evil.example:443', reason: 'malformed', times: 2 }] as const;
  expect(whyRefused({ hosts: odd, beyond: 0 })).toContain(
    '- `…@evil.example:443`: not plainly a host and a port, 2 times',
  );
  expect(whyRefused({ hosts: odd, beyond: 0 })).toContain('has to write the plain name');
  const twelve = Array.from({ length: 12 }, (_, index) => ({ ...hosts[0], host: `h${index}.example:443` }));
  expect(whyRefused({ hosts: twelve, beyond: 0 })).toMatch(/^- and 2 more hosts$/m);
  expect(refusedNote({ hosts, beyond: 0 })).toBe(
    'The run was not let out to `registry.example.org:443`, `npm.internal:443`; `/prlt why` says why.',
  );
  expect(refusedNote({ hosts: twelve, beyond: 0 })).toContain(' and 9 more hosts; ');
  expect(refusedNote({ hosts: twelve.slice(0, 4), beyond: 0 })).toContain(' and one more host; ');
});
