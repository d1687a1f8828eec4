/** The providers of models: whether each has a key, and who else could read it. Nobody is asked and no command is run. */
import { stat } from 'node:fs/promises';
import type { ModelProvider } from '../../core/models.ts';
import { broken, type Finding, ok, reasonOf, weak } from './finding.ts';

const check = 'models';

export async function checkModels(providers: readonly ModelProvider[]): Promise<Finding[]> {
  if (providers.length === 0) {
    return [
      weak(
        check,
        'No provider of models is set up: only the `command` runner can work.',
        'Set PRLT_MODELS_ANTHROPIC_KEY, PRLT_MODELS_OPENAI_KEY or PRLT_MODELS_GEMINI_KEY, or their _KEY_FILE or _KEY_COMMAND (docs/configuration.md).',
      ),
    ];
  }
  return Promise.all(providers.map(checkProvider));
}

async function checkProvider({ name, url, key }: ModelProvider): Promise<Finding> {
  const { protocol, hostname } = new URL(url);
  if (key.from !== 'none' && protocol === 'http:' && !isLocal(hostname)) {
    return weak(check, `${name}: the key crosses the network in clear, to ${url}.`, 'Use an https address.');
  }
  switch (key.from) {
    case 'none':
      return ok(check, `${name}: no key, at ${url}`);
    case 'value':
      return ok(check, `${name}: a key from the environment, at ${url}`);
    case 'file':
      return judgeFile(name, `a key from ${key.path}`, key.path, 0o077, 'be read by others', '600');
    case 'command': {
      const [file = ''] = key.argv;
      const what = `a key from the command ${file}`;
      if (!file.includes('/')) return ok(check, `${name}: ${what}`);
      return judgeFile(name, what, file, 0o022, 'be changed by others', '755');
    }
  }
}

async function judgeFile(
  name: string,
  what: string,
  path: string,
  tooOpen: number,
  can: string,
  mode: string,
): Promise<Finding> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return broken(check, `${name}: ${path} is not a file.`, 'Name a file.');
    if ((found.mode & tooOpen) === 0) return ok(check, `${name}: ${what}`);
    const shown = (found.mode & 0o777).toString(8);
    return weak(check, `${name}: ${path} has mode ${shown}, so it can ${can}.`, `\`chmod ${mode} ${path}\``);
  } catch (error) {
    return broken(check, `${name}: ${path} cannot be looked at: ${reasonOf(error)}.`, 'Mend the path.');
  }
}

function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
