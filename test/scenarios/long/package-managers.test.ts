/** npm, pip, git and Maven in a real container without a network: over https through the proxy, and from private registries. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import type { Registry } from '#src/core/registry.ts';
import { registryClients } from '#src/engine/registry-clients.ts';
import { registryAccess } from '#src/gateway/registries/credentials.ts';
import { home, httpServer, httpsServer } from '#test/gateway/egress/outside.ts';
import { type Outside, scratchGateway } from '#test/gateway/scratch.ts';
import { serveGit } from '#test/support/github/git/backend.ts';
import { type Managers, maven, packageManagers } from '#test/support/package-managers.ts';
import { mavenRepository, npmRegistry, pypiIndex } from '#test/support/registries.ts';

const root = join(import.meta.dirname, '../../..');
let tools: Managers;
let dir: string;

beforeAll(async () => {
  tools = packageManagers();
  dir = await mkdtemp(join(tmpdir(), 'managers-'));
  await chmod(dir, 0o755);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** What the shim does around an agent, as far as the network is concerned. */
const inside = `
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openLoopbackPipe } from '/shim/proxy.ts';
const pipe = await openLoopbackPipe('/run/prlt/host.sock');
const { env, files, script } = JSON.parse(process.argv[1]);
const filled = (text) => text.replaceAll('{pipe}', pipe.url);
mkdirSync('/tmp/home', { recursive: true });
for (const [name, content] of Object.entries(files)) {
  mkdirSync(dirname(join('/tmp/home', name)), { recursive: true });
  writeFileSync(join('/tmp/home', name), filled(content));
}
const proxies = { HTTP_PROXY: pipe.url, HTTPS_PROXY: pipe.url, http_proxy: pipe.url, https_proxy: pipe.url, NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' };
const more = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)]));
const child = spawn('sh', ['-ec', script], { cwd: '/tmp', stdio: 'inherit', env: { ...process.env, ...proxies, HOME: '/tmp/home', ...more } });
child.on('exit', (code) => process.exit(code ?? 1));
`;

interface Told {
  code: number | null;
  said: string;
}

interface Inside {
  env?: Record<string, string>;
  files?: Record<string, string>;
  /** Further arguments for docker. */
  more?: string[];
}

/** Runs a shell script in a container that has nothing but the run's socket. */
async function inContainer(
  socket: string,
  script: string,
  { env = {}, files = {}, more = [] }: Inside = {},
): Promise<Told> {
  const image = imageName(command);
  const args = ['run', '--rm', '--network', 'none', '--user', '1000:1000', '--tmpfs', '/tmp:exec,mode=1777'];
  const mounts = [`${socket}:/run/prlt:ro`, `${join(root, 'runners/shim')}:/shim:ro`, `${dir}:/ca:ro`];
  const child = spawn(
    'docker',
    [
      ...args,
      ...mounts.flatMap((mount) => ['-v', mount]),
      ...tools.mounts,
      ...more,
      '--entrypoint',
      'node',
      image,
      '--input-type=module',
      '-e',
      inside,
      JSON.stringify({ env, files, script }),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, said: out + err };
}

/** An https server of a private authority that the container trusts by `/ca/<name>.pem`. */
async function trusted(name: string, answer: RequestListener): Promise<string> {
  const { port, ca } = await httpsServer(name, answer);
  await writeFile(join(dir, `${name}.pem`), await readFile(ca));
  return `${name}:${port}`;
}

async function gatewayTo(targets: string[], more: Outside = {}) {
  const outside = { allow: targets, privateHosts: targets, lookup: home, ...more };
  const scratch = await scratchGateway({}, undefined, outside);
  const { dir: socket } = await scratch.gateway.open('run');
  return { ...scratch, socket };
}

test('npm installs over https through the proxy, and says why it cannot from elsewhere', async () => {
  let target = '';
  target = await trusted(
    'npm.example',
    npmRegistry('left-pad', () => `https://${target}`),
  );
  const { socket, refused } = await gatewayTo([target]);
  const npm = `${tools.npm.join(' ')} install --no-audit --no-fund --fetch-retries=0`;
  const env = { NODE_EXTRA_CA_CERTS: '/ca/npm.example.pem' };
  const fine = await inContainer(
    socket,
    `${npm} --registry https://${target}/ left-pad && node -p 'require("left-pad")'`,
    { env },
  );
  expect(fine).toMatchObject({ code: 0, said: expect.stringContaining('I am left-pad') });
  expect(refused).toEqual([]);
  const elsewhere = await inContainer(socket, `${npm} --registry https://evil.example/ left-pad`, { env });
  expect(elsewhere.code).not.toBe(0);
  expect(elsewhere.said).toMatch(/403/);
  expect(refused[0]).toEqual({ run: 'run', host: 'evil.example:443', reason: 'not_listed' });
});

test('pip installs over https through the proxy', async () => {
  const target = await trusted('pypi.example', pypiIndex('widgets'));
  const { socket, refused } = await gatewayTo([target]);
  const pip = `${tools.pip.join(' ')} install --disable-pip-version-check --retries 0 --target /tmp/site`;
  const { code, said } = await inContainer(
    socket,
    `${pip} --cert /ca/pypi.example.pem --index-url https://${target}/simple/ widgets
     PYTHONPATH=/tmp/site ${tools.python} -c 'import widgets; print(widgets.words)'`,
  );
  expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('I am widgets') });
  expect(refused).toEqual([]);
});

test('git fetches over https through the proxy', async () => {
  const work = join(dir, 'origin');
  const git = async (...args: string[]) => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main'];
    const child = spawn('git', [...identity, ...args], { stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([0, null]);
  };
  await git('init', work);
  await writeFile(join(work, 'hello.txt'), 'I am a repository\n');
  await git('-C', work, 'add', '.');
  await git('-C', work, 'commit', '-m', 'hello');
  await git('clone', '--bare', work, join(dir, 'hello.git'));
  const target = await trusted('git.example', (request, res) => {
    const [, service = '', query = ''] = /^\/hello\.git\/([^?]+)\??(.*)$/.exec(request.url ?? '') ?? [];
    const asked = { dir: join(dir, 'hello.git'), service, query, request, env: {} };
    serveGit({ env: { PATH: process.env['PATH'] ?? '' } } as never, asked).then(
      ({ status, headers, body }) => res.writeHead(status, headers).end(body),
      () => res.writeHead(500).end(),
    );
  });
  const { socket, refused } = await gatewayTo([target]);
  const { code, said } = await inContainer(
    socket,
    `git clone -q https://${target}/hello.git got && cat got/hello.txt
     git ls-remote https://other.example/x.git || echo no`,
    { env: { GIT_SSL_CAINFO: '/ca/git.example.pem' } },
  );
  expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('I am a repository') });
  expect(said).toContain('no\n');
  expect(refused.map(({ host }) => host)).toEqual(['other.example:443']);
});

/** Writes into a lock file what npm writes there where nothing is said against it. */
function withAddress(url: string): string {
  return `const fs = require("fs"), file = "package-lock.json", lock = JSON.parse(fs.readFileSync(file));
    lock.packages["node_modules/@acme/widget"].resolved = "${url}";
    fs.writeFileSync(file, JSON.stringify(lock))`;
}

test('private registries serve npm and pip, and the container never sees a secret or a way of its own', async () => {
  const asked: (string | undefined)[] = [];
  const locked =
    (answer: RequestListener): RequestListener =>
    (req, res) => {
      asked.push(req.headers.authorization);
      if (!req.headers.authorization?.endsWith('hush')) return void res.writeHead(401).end();
      answer(req, res);
    };
  let npm = '';
  npm = `http://npm.internal:${await httpServer(locked(npmRegistry('@acme/widget', () => `${npm}/npm`)))}`;
  const pypi = `http://pypi.internal:${await httpServer(locked(pypiIndex('gadgets')))}`;
  const common = { repositories: ['acme/*'], index: 'simple/', extra: false };
  const auth = { kind: 'bearer' as const, secret: { from: 'value' as const, value: 'hush' } };
  const list: Registry[] = [
    { name: 'acme-npm', type: 'npm', url: `${npm}/npm/`, scopes: ['@acme'], ...common, auth },
    { name: 'acme-pypi', type: 'pypi', url: `${pypi}/api/`, scopes: [], ...common, auth },
  ];
  const { socket, refused } = await gatewayTo([], {
    privateHosts: [],
    registries: registryAccess(list, process.env, Date.now),
    repository: 'acme/widgets',
  });
  const { code, said } = await inContainer(
    socket,
    `mkdir app && cd app && echo '{}' > package.json
     ${tools.npm.join(' ')} install @acme/widget && node -p 'require("@acme/widget")'
     cat package-lock.json
     node -e '${withAddress(`${npm}/npm/@acme/widget/-/widget-1.0.0.tgz`)}'
     echo '@acme:registry=${npm}/npm/' > .npmrc && rm -rf node_modules
     ${tools.npm.join(' ')} ci --cache /tmp/empty && node -p '"locked: " + require("@acme/widget")'
     ${tools.pip.join(' ')} install --target /tmp/site gadgets
     PYTHONPATH=/tmp/site ${tools.python} -c 'import gadgets; print(gadgets.words)'
     env; cat $HOME/.npmrc $HOME/.config/pip/pip.conf`,
    registryClients(list, 'acme/widgets'),
  );
  expect({ code, said }).toMatchObject({ code: 0 });
  expect(said).toContain('I am @acme/widget');
  expect(said).toContain('locked: I am @acme/widget');
  expect(said).toContain('I am gadgets');
  expect(said).toMatch(/PRLT_REGISTRY_ACME_NPM=http:\/\/127\.0\.0\.1:\d+\/registries\/acme-npm\//);
  expect(said).not.toContain('hush');
  expect(/"packages"[\s\S]*?\n}/.exec(said)?.[0]).not.toContain('127.0.0.1');
  expect(asked.length).toBeGreaterThanOrEqual(4);
  expect(new Set(asked)).toEqual(new Set(['Bearer hush']));
  expect(refused).toEqual([]);
});

/** A project of packages: each is wanted as a pom, from the repositories, and as a jar, from those of plugins. */
function mavenProject(central: string, packages: string[]): string {
  const wanted = packages.map((one) => {
    const [group, name] = one.split(':');
    return `<groupId>${group}</groupId><artifactId>${name}</artifactId><version>1.0.0</version>`;
  });
  const imports = wanted.map((one) => `<dependency>${one}<type>pom</type><scope>import</scope></dependency>`);
  const extensions = wanted.map((one) => `<extension>${one}</extension>`);
  const place = `<id>central</id><url>${central}</url>`;
  return `<project><modelVersion>4.0.0</modelVersion>
    <groupId>acme</groupId><artifactId>app</artifactId><version>1</version><packaging>pom</packaging>
    <repositories><repository>${place}</repository></repositories>
    <pluginRepositories><pluginRepository>${place}</pluginRepository></pluginRepositories>
    <dependencyManagement><dependencies>${imports.join('')}</dependencies></dependencyManagement>
    <build><extensions>${extensions.join('')}</extensions></build></project>`;
}

test('Maven gets public packages through the proxy, and private ones from a registry beside it', async () => {
  const { mvn, mounts, env } = maven();
  const asked: (string | undefined)[] = [];
  // Maven gives plexus-utils to every extension.
  const common = ['org.example:gears:1.0.0', 'org.codehaus.plexus:plexus-utils:1.1'];
  const central = await trusted('central.example', mavenRepository(...common));
  const trust = ['-keystore', join(dir, 'trust.p12'), '-storepass', 'public'];
  execFileSync(
    join(env['JAVA_HOME'] ?? '', 'bin/keytool'),
    ['-importcert', '-noprompt', '-alias', 'ca', '-file', join(dir, 'central.example.pem'), ...trust],
    { stdio: 'ignore' },
  );
  const own = mavenRepository('com.acme:widget:1.0.0');
  const port = await httpServer((req, res) => {
    asked.push(req.headers.authorization);
    own(req, res);
  });
  const jars: Registry = {
    name: 'acme-jars',
    type: 'maven',
    url: `http://maven.internal:${port}/maven/`,
    repositories: ['acme/*'],
    scopes: [],
    index: 'simple/',
    extra: true,
    auth: { kind: 'basic', user: 'ci', secret: { from: 'value', value: 'hush' } },
  };
  const { socket, refused } = await gatewayTo([central], {
    registries: registryAccess([jars], process.env, Date.now),
    repository: 'acme/widgets',
  });
  const build = async (list: Registry[], ...packages: string[]) => {
    const clients = registryClients(list, 'acme/widgets');
    const trusting = '-Djavax.net.ssl.trustStore=/ca/trust.p12 -Djavax.net.ssl.trustStorePassword=public';
    // It is not up for long.
    const quick = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
    return inContainer(
      socket,
      `mkdir app && cd app && printf %s "$POM" > pom.xml
       ${mvn} validate
       grep -aho 'I am [a-z]*' $(find $HOME/.m2/repository -name '*.jar') 
       env; cat $HOME/.m2/settings.xml 2>&1 || true`,
      {
        more: mounts,
        files: clients.files,
        env: {
          ...clients.env,
          ...env,
          MAVEN_OPTS: `${quick} ${trusting}`,
          POM: mavenProject(`https://${central}/maven2`, packages),
        },
      },
    );
  };
  const listed = await build([], 'org.example:gears');
  expect(listed).toMatchObject({
    code: 0,
    said: expect.stringContaining('I am gears'),
  });
  expect(asked).toEqual([]);
  const beside = await build([jars], 'com.acme:widget', 'org.example:gears');
  expect(beside).toMatchObject({
    code: 0,
    said: expect.stringContaining('I am gears'),
  });
  expect(beside.said).toContain('I am widget');
  expect(beside.said).not.toContain('hush');
  expect(new Set(asked)).toEqual(new Set([`Basic ${Buffer.from('ci:hush').toString('base64')}`]));
  expect(refused).toEqual([]);
});
