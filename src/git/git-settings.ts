/** The environment and the one configuration file that every git process of prlt runs with; nothing else is read. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { rootCertificates } from 'node:tls';

/** Settings of the service that git may see; every other variable stays behind. */
const PASSED_ON = ['PATH', 'TMPDIR'];
const PROXIES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

/** Redirects stay unfollowed: a renamed repository is found again by its id, and a token never travels to a second host. */
const CONFIG = `[core]
	hooksPath = /dev/null
	fsmonitor = false
	attributesFile = /dev/null
	excludesFile = /dev/null
	protectHFS = true
	protectNTFS = true
	bigFileThreshold = 8m
	packedGitWindowSize = 32m
	packedGitLimit = 512m
	pager = cat
[gc]
	auto = 0
[maintenance]
	auto = false
[safe]
	bareRepository = explicit
[protocol]
	allow = never
[protocol "http"]
	allow = always
[protocol "https"]
	allow = always
[http]
	followRedirects = false
	sslVerify = true
	lowSpeedLimit = 500
	lowSpeedTime = 60
[credential]
	helper =
	useHttpPath = false
[transfer]
	unpackLimit = 1
	credentialsInUrl = die
[fetch]
	recurseSubmodules = false
[push]
	default = nothing
	followTags = false
	gpgSign = false
	recurseSubmodules = no
[submodule]
	recurse = false
[pack]
	windowMemory = 128m
[repack]
	writeBitmaps = false
[log]
	showSignature = false
	mailmap = false
`;

/**
 * Writes the configuration into `dir` and answers the environment to run git with.
 * `NODE_EXTRA_CA_CERTS` adds to the known authorities for Node, but a CA file replaces them for git: so both go into one file.
 */
export async function prepareSettings(dir: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'gitconfig');
  await replaceFile(file, CONFIG + (await authorities(dir, env['NODE_EXTRA_CA_CERTS'])));
  return {
    ...picked(env),
    HOME: dir,
    XDG_CONFIG_HOME: dir,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: file,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'http:https',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CEILING_DIRECTORIES: ['/', dir].join(delimiter),
  };
}

async function authorities(dir: string, extra: string | undefined): Promise<string> {
  if (!extra) return '';
  const file = join(dir, 'authorities.pem');
  await replaceFile(file, [...rootCertificates, await readFile(extra, 'utf8')].join('\n'));
  return `[http]\n\tsslCAInfo = ${JSON.stringify(file)}\n`;
}

function picked(env: NodeJS.ProcessEnv): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = env[name];
    if (value) result[name] = value;
  }
  for (const name of PROXIES) {
    // curl reads only the lower-case name for plain http
    const value = env[name] ?? env[name.toUpperCase()];
    if (value) result[name] = value;
  }
  return result;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.${process.pid}.new`;
  await writeFile(next, text, { mode: 0o600 });
  await rename(next, path);
}
