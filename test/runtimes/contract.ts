/** What every runtime promises, told once and run against each of them. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ObservedRun, Runtime } from '#src/runtimes/runtime.ts';
import { type Behaviour, type Stage, setStage } from './stage.ts';

export interface ContractSubject {
  image: string;
  /** A runtime of the given installation; twice the same name is a second life of it. One second of grace. */
  open(installation: string): Runtime;
  /** Ends the run's processes behind the runtime's back with SIGKILL. */
  kill(run: string, stage: Stage): Promise<void>;
}

export function runtimeContract(name: string, prepare: () => Promise<ContractSubject>): void {
  const begin = async (behaviour: Behaviour, part: Parameters<typeof setStage>[2] = {}) => {
    const subject = await prepare();
    const stage = await setStage(behaviour, subject.image, part);
    const installation = `contract-${stage.spec.run}`;
    const runtime = subject.open(installation);
    onTestFinished(async () => {
      for (const { run } of await runtime.observe()) await runtime.remove(run);
      for (const workspace of await runtime.workspaces()) await runtime.removeWorkspace(workspace);
    });
    return { subject, stage, installation, runtime, spec: stage.spec };
  };
  const seen = async (runtime: Runtime, run: string): Promise<ObservedRun | undefined> =>
    (await runtime.observe()).find((entry) => entry.run === run);
  const until = { timeout: 20_000, interval: 100 };

  describe(`the ${name} runtime`, () => {
    test('launches once, however often it is asked', async () => {
      const { runtime, spec, stage } = await begin({ do: 'stay' });
      expect(await runtime.launch(spec)).toEqual({ kind: 'launched' });
      expect(await runtime.launch(spec)).toEqual({ kind: 'launched' });
      await expect.poll(() => stage.reports.length, until).toBe(1);
      expect(await runtime.observe()).toEqual([{ run: spec.run, epoch: 3, state: 'running' }]);
      expect(await runtime.workspaces()).toEqual([spec.workspace]);
      expect(stage.reports).toMatchObject([{ work: true, secret: null, seesEarlierTrace: false }]);
    });

    test('tells how a run ended and does not start it again', async () => {
      const { runtime, spec, stage } = await begin({ do: 'exit', code: 3 });
      await runtime.launch(spec);
      const exited = { run: spec.run, epoch: 3, state: 'exited', exitCode: 3 };
      await expect.poll(() => seen(runtime, spec.run), until).toMatchObject(exited);
      expect(await runtime.launch(spec)).toEqual({ kind: 'launched' });
      expect(await seen(runtime, spec.run)).toMatchObject(exited);
      expect(stage.reports.length).toBe(1);
    });

    test('ends processes that ignore TERM, those that left their group too', async () => {
      const { runtime, spec, stage } = await begin({ do: 'ignore-term' });
      await runtime.launch(spec);
      await expect.poll(() => stage.reports.length, until).toBe(1);
      await runtime.stop(spec.run);
      expect(await seen(runtime, spec.run)).toMatchObject({ state: 'exited', exitCode: 137 });
      await runtime.stop(spec.run);
    });

    test('a run killed from outside is exited with 137', async () => {
      const { runtime, spec, stage, subject } = await begin({ do: 'stay' });
      await runtime.launch(spec);
      await expect.poll(() => stage.reports.length, until).toBe(1);
      await subject.kill(spec.run, stage);
      await expect
        .poll(() => seen(runtime, spec.run), until)
        .toMatchObject({ state: 'exited', exitCode: 137 });
    });

    test('a later life of the service finds the run, leaves it alone and can stop it', async () => {
      const { subject, runtime, spec, stage, installation } = await begin({ do: 'stay' });
      await runtime.launch(spec);
      await expect.poll(() => stage.reports.length, until).toBe(1);
      const later = subject.open(installation);
      expect(await later.launch(spec)).toEqual({ kind: 'launched' });
      expect(await later.observe()).toEqual([{ run: spec.run, epoch: 3, state: 'running' }]);
      await later.stop(spec.run);
      expect(await seen(later, spec.run)).toMatchObject({ state: 'exited' });
      expect(stage.reports.length).toBe(1);
    });

    test('removes a run at work, one that is gone, and keeps the workspace for the next', async () => {
      const { runtime, spec, stage } = await begin({ do: 'stay' });
      await runtime.remove(spec.run);
      await runtime.stop(spec.run);
      await runtime.launch(spec);
      await expect.poll(() => stage.reports.length, until).toBe(1);
      await runtime.remove(spec.run);
      expect(await runtime.observe()).toEqual([]);
      await runtime.launch({ ...spec, run: `${spec.run}b` });
      await expect
        .poll(() => stage.reports.map((report) => report.seesEarlierTrace), until)
        .toEqual([false, true]);
      await runtime.remove(`${spec.run}b`);
      await runtime.removeWorkspace(spec.workspace);
      await runtime.removeWorkspace(spec.workspace);
      expect(await runtime.workspaces()).toEqual([]);
    });

    test('counts what a workspace takes on disk', async () => {
      const { subject, runtime, spec, stage, installation } = await begin({ do: 'stay' });
      expect(await runtime.usage()).toEqual(new Map());
      await runtime.launch(spec);
      await expect.poll(() => stage.reports.length, until).toBe(1);
      const usage = await runtime.usage();
      expect([...usage.keys()]).toEqual([spec.workspace]);
      expect(usage.get(spec.workspace)).toBeGreaterThan(0);
      expect(await subject.open(`other-${installation.slice(9)}x`).usage()).toEqual(new Map());
    });

    test('two installations neither see nor touch each other', async () => {
      const { subject, runtime, spec, stage, installation } = await begin({ do: 'stay' });
      await runtime.launch(spec);
      await expect.poll(() => stage.reports.length, until).toBe(1);
      const other = subject.open(`other-${installation.slice(9)}x`);
      expect(await other.observe()).toEqual([]);
      expect(await other.workspaces()).toEqual([]);
      await other.removeWorkspace(spec.workspace);
      expect(await seen(runtime, spec.run)).toMatchObject({ state: 'running' });
      expect(await runtime.workspaces()).toEqual([spec.workspace]);
    });

    test('a stale epoch and names that are none are refused', async () => {
      const { runtime, spec } = await begin({ do: 'stay' });
      await runtime.launch(spec);
      expect(await runtime.launch({ ...spec, epoch: 4 })).toMatchObject({
        kind: 'refused',
        reason: expect.stringMatching(/epoch 3, not 4/),
      });
      for (const run of ['../x', 'a/b', '', 'a b', '-x', 'a..b']) {
        expect(await runtime.launch({ ...spec, run })).toMatchObject({ kind: 'refused' });
      }
      expect(await runtime.launch({ ...spec, run: 'fine', workspace: '../../etc' })).toMatchObject({
        kind: 'refused',
      });
      expect((await runtime.observe()).map(({ run }) => run)).toEqual([spec.run]);
    });
  });
}
