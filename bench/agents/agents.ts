/**
 * (h) and (i): runs of the real CLIs in Docker, whose model answers at once: the way to their first event beside a bare
 * container of the same image, and what is fetched for them.
 */
import { claude } from '#runners/claude/manifest.ts';
import { codex } from '#runners/codex/manifest.ts';
import type { RunnerManifest } from '#runners/manifest.ts';
import { startModelStub } from '#test/support/models/stub.ts';
import { startForwardProxy } from '#test/support/proxy.ts';
import { setStage } from '#test/support/scenario.ts';
import type { Figure } from '../figure.ts';
import { files, firstEvent, firstEvents, mirrorOf } from '../runs/first-event.ts';
import { watch } from '../runs/watch.ts';
import { bareAgent } from './bare-agent.ts';
import { fetchedPerRun, fetchedSoFar } from './fetched.ts';
import { countTraffic } from './traffic.ts';

export async function measureAgents(quick: boolean): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const runner of [claude, codex]) figures.push(...(await measureAgent(runner, quick ? 5 : 15)));
  return figures;
}

async function measureAgent(runner: RunnerManifest, pairs: number): Promise<Figure[]> {
  const { name } = runner;
  const models = await startModelStub({ host: '0.0.0.0' });
  const proxy = await startForwardProxy({});
  const traffic = countTraffic();
  const since = Date.now();
  const stage = await setStage({
    agent: '',
    files: { ...files, '.github/prlt.yml': `profiles: { coder: { runner: ${name} } }\n` },
    env: {
      PRLT_MODELS_ANTHROPIC_URL: models.url,
      PRLT_MODELS_ANTHROPIC_KEY: 'a-key-of-the-bench',
      PRLT_MODELS_OPENAI_URL: `${models.url}/v1`,
      PRLT_MODELS_OPENAI_KEY: 'a-key-of-the-bench',
      HTTP_PROXY: proxy.url,
      HTTPS_PROXY: proxy.url,
      NO_PROXY: '127.0.0.1,localhost',
    },
  });
  const bench = { stage, watch: watch(stage.prlt.dataDir) };
  const fetched = () => fetchedSoFar({ stage, runner, models, proxy, traffic, since });
  try {
    // The first run may fetch: the mirror is made for it.
    await firstEvent(bench);
    const bare = () => bareAgent(runner, mirrorOf(stage), Number(new URL(models.url).port));
    await bare();
    const before = await fetched();
    const what = `label → first event of ${name} stored`;
    const first = await firstEvents(bench, { id: `h ${name}`, what, pairs, bare });
    return [first, fetchedPerRun(`i ${name}`, name, before, await fetched(), pairs)];
  } finally {
    bench.watch.close();
    await stage.close();
    await proxy.close();
    await models.close();
    traffic.close();
  }
}
