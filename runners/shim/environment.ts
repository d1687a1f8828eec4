/** The environment that the agent and everything it starts see. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve, sep } from 'node:path';
import { checkoutPath } from './checkout.ts';
import { fill, fillAll } from './placeholders.ts';
import type { Assignment } from './protocol.ts';
import { runDirectory, type Settings } from './settings.ts';

/** Where the agent may leave its result as JSON. */
export function resultFile(settings: Settings, run: string): string {
  return join(runDirectory(settings, run), 'result.json');
}

/** The assignment with everything filled in that a manifest leaves open to the shim. `runners` is the folder of all runners. */
export function placed(
  assignment: Assignment,
  settings: Settings,
  pipe: string,
  runners: string,
): Assignment {
  const places = {
    node: process.execPath,
    runners,
    home: homeOf(settings),
    checkout: checkoutPath(settings),
    pipe,
  };
  const { agent } = assignment;
  const argv = agent.argv.map((part) => fill(part, places));
  // What people wrote may have braces of its own.
  const env = fillAll(agent.env, places, (name) => name !== 'PRLT_COMMAND');
  return { ...assignment, agent: { ...agent, argv, env, files: fillAll(agent.files, places) } };
}

/** Holds `prlt-agent` and nothing else, so that it shadows no tool of the image. */
const tools = resolve(import.meta.dirname, '../tools/bin');

/** `pipe` is the loopback address that leads to the host; `inherited` the shim's own environment, the image's in a container. */
export function agentEnvironment(
  assignment: Assignment,
  settings: Settings,
  pipe: string,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const { PRLT_SOCKET: _socket, PRLT_MIRROR: _mirror, PRLT_WORK: _work, ...image } = inherited;
  const local = '127.0.0.1,localhost';
  return {
    ...image,
    HOME: homeOf(settings),
    TMPDIR: settings.tmp,
    HTTP_PROXY: pipe,
    http_proxy: pipe,
    HTTPS_PROXY: pipe,
    https_proxy: pipe,
    ALL_PROXY: pipe,
    all_proxy: pipe,
    NO_PROXY: local,
    no_proxy: local,
    NODE_USE_ENV_PROXY: '1',
    GIT_AUTHOR_NAME: assignment.git.name,
    GIT_AUTHOR_EMAIL: assignment.git.email,
    GIT_COMMITTER_NAME: assignment.git.name,
    GIT_COMMITTER_EMAIL: assignment.git.email,
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    ...assignment.agent.env,
    // The repository's own node comes before the runner's, which is there when its image has none.
    PATH: [
      tools,
      assignment.agent.env['PATH'] ?? image['PATH'],
      ...(settings.alone ? [dirname(process.execPath)] : []),
    ]
      .filter(Boolean)
      .join(delimiter),
    // Outside of an image `node` may be an older one.
    ...(settings.alone ? {} : { PRLT_NODE: process.execPath }),
    PRLT_MCP_URL: `${pipe}/mcp`,
    PRLT_RUN_ID: assignment.run.id,
    PRLT_RUN_KIND: assignment.run.kind,
    PRLT_ITEM_KEY: assignment.run.key,
    PRLT_BASE_SHA: assignment.checkout.base.sha,
    PRLT_RESULT_FILE: resultFile(settings, assignment.run.id),
  };
}

/**
 * Makes HOME, TMPDIR and the checkout's folder, and writes the runner's own files, whose paths are relative to HOME. Throws on
 * one that leaves it.
 */
export function prepareHome(assignment: Assignment, settings: Settings): void {
  const home = homeOf(settings);
  mkdirSync(home, { recursive: true });
  mkdirSync(settings.tmp, { recursive: true });
  mkdirSync(checkoutPath(settings), { recursive: true });
  for (const [name, content] of Object.entries(assignment.agent.files)) {
    const path = resolve(home, name);
    if (!path.startsWith(home + sep)) throw new Error(`the runner's file ${name} is outside of HOME`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

function homeOf(settings: Settings): string {
  return join(settings.work, 'home');
}
