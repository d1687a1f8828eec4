/** Installations with runs are asked for: what no webhook told ends their runs all the same. */
import { expect, test } from 'vitest';
import { watchInstallations } from '#src/engine/installations.ts';
import type { Intake } from '#src/engine/intake.ts';
import { saveItem } from '#src/store/items.ts';
import { saveRepo } from '#src/store/repos.ts';
import { assignRun, setRunState } from '#src/store/runs.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

type Answer = { suspended_at: string | null } | number;

/** Installations 1, 2, 3 with two repositories each and a live run in each. */
async function stage(answers: Record<number, Answer>) {
  const asked: number[] = [];
  const lost: unknown[] = [];
  const getInstallation = async ({ installation_id: id }: { installation_id: number }) => {
    asked.push(id);
    const answer = answers[id] ?? { suspended_at: null };
    if (typeof answer === 'number') throw Object.assign(new Error(`${answer}`), { status: answer });
    return { data: { id, ...answer } };
  };
  const { context } = await scratchContext({
    authenticate: async (installation?: number) => {
      expect(installation, 'as the App').toBeUndefined();
      return { rest: { apps: { getInstallation } } } as never;
    },
  });
  const intake = {
    lost: async (_: string, losses: unknown[]) => void lost.push(...losses),
  } as never as Intake;
  const runs: string[] = [];
  for (const installation of [1, 2, 3]) {
    for (const n of [1, 2]) {
      const id = installation * 10 + n;
      const made = itemAt('working');
      const repo = { ...made.repo, id, name: `repo${id}`, installation };
      const item = { ...made, id: `item${id}`, nodeId: `node${id}`, repo };
      await saveRepo(context.db, repo);
      await saveItem(context.db, item, 1);
      const row = { id: `run${id}`, item: item.id, epoch: 1, workspace: 'w', deadline: 9 };
      await assignRun(context.db, { ...row, assignment: {} as never, spec: {} as never }, 1);
      runs.push(row.id);
    }
  }
  const over = async (ids: string[]) => {
    for (const id of ids) await setRunState(context.db, id, 'over');
  };
  return { asked, context, look: () => watchInstallations(context, intake), lost, over, runs };
}

test('each that has runs is asked for once, and one that is well is left alone', async () => {
  const { asked, look, lost, over, runs } = await stage({});
  await look();
  expect(asked.toSorted()).toEqual([1, 2, 3]);
  await over(['run11', 'run31', 'run32']);
  await look();
  expect(asked.slice(3).toSorted()).toEqual([1, 2]);
  await over(runs);
  await look();
  expect(asked).toHaveLength(5);
  expect(lost).toEqual([]);
});

test('one that is suspended or gone is reported as its webhook would', async () => {
  const { look, lost } = await stage({ 1: { suspended_at: '2026-05-04T12:00:00Z' }, 2: 404 });
  await look();
  expect(lost).toEqual([
    { installation: 1, reason: 'The installation of the App was suspended.' },
    { installation: 2, reason: 'The App was uninstalled.' },
  ]);
});

test.each([401, 403, 429, 500, 502, 503])(
  'an answer of %i tells nothing, and the others are asked',
  async (status) => {
    const { asked, look, lost } = await stage({ 1: status, 3: 404 });
    await look();
    expect(asked).toHaveLength(3);
    expect(lost).toEqual([{ installation: 3, reason: 'The App was uninstalled.' }]);
  },
);
