/** What package managers are told of the registries that are for a repository. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type Registry, serves } from '#src/core/registry.ts';
import { registryClients, withRegistries } from '#src/engine/registry-clients.ts';

const registry = (name: string, type: Registry['type'], over: Partial<Registry> = {}): Registry => ({
  name,
  type,
  url: 'https://registry.example/',
  repositories: ['acme/*'],
  scopes: [],
  index: 'simple/',
  extra: false,
  auth: { kind: 'bearer', secret: { from: 'value', value: 'hush' } },
  ...over,
});

test('each manager has its file, and no secret is in it', () => {
  const all = [
    registry('npm-acme', 'npm', { scopes: ['@acme', '@tools'] }),
    registry('npm-all', 'npm'),
    registry('py', 'pypi'),
    registry('py-more', 'pypi', { index: '+simple/' }),
    registry('jars', 'maven'),
    registry('jars-more', 'maven', { extra: true }),
    registry('mods', 'go', { scopes: ['git.acme.example/*'] }),
    registry('files', 'generic'),
    registry('other', 'npm', { repositories: ['other/*'] }),
  ];
  const { env, files } = registryClients(all, 'acme/widgets');
  expect(JSON.stringify({ env, files })).not.toContain('hush');
  expect(env).toMatchInlineSnapshot(`
    {
      "GONOSUMDB": "git.acme.example/*",
      "GOPROXY": "{pipe}/registries/mods,https://proxy.golang.org",
      "GOTOOLCHAIN": "local",
      "PRLT_REGISTRY_FILES": "{pipe}/registries/files/",
      "PRLT_REGISTRY_JARS": "{pipe}/registries/jars/",
      "PRLT_REGISTRY_JARS_MORE": "{pipe}/registries/jars-more/",
      "PRLT_REGISTRY_MODS": "{pipe}/registries/mods/",
      "PRLT_REGISTRY_NPM_ACME": "{pipe}/registries/npm-acme/",
      "PRLT_REGISTRY_NPM_ALL": "{pipe}/registries/npm-all/",
      "PRLT_REGISTRY_PY": "{pipe}/registries/py/",
      "PRLT_REGISTRY_PY_MORE": "{pipe}/registries/py-more/",
    }
  `);
  expect(files).toMatchInlineSnapshot(`
    {
      ".config/pip/pip.conf": "[global]
    index-url = {pipe}/registries/py/simple/
    extra-index-url =
        {pipe}/registries/py-more/+simple/
    disable-pip-version-check = true
    ",
      ".m2/settings.xml": "<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">
    <mirrors><mirror><id>jars</id><mirrorOf>*,!jars-more</mirrorOf><url>{pipe}/registries/jars/</url></mirror></mirrors>
    <profiles><profile><id>prlt</id>
    <repositories><repository><id>jars-more</id><url>{pipe}/registries/jars-more/</url><snapshots><enabled>true</enabled></snapshots></repository></repositories>
    <pluginRepositories><pluginRepository><id>jars-more</id><url>{pipe}/registries/jars-more/</url><snapshots><enabled>true</enabled></snapshots></pluginRepository></pluginRepositories>
    </profile></profiles>
    <activeProfiles><activeProfile>prlt</activeProfile></activeProfiles>
    </settings>
    ",
      ".mavenrc": "# Written by prlt: the way out of this run.
    prlt_pipe={pipe}
    prlt_port=\${prlt_pipe##*:}
    prlt_options="-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=$prlt_port"
    prlt_options="$prlt_options -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=$prlt_port"
    prlt_options="$prlt_options -Dhttp.nonProxyHosts=127.0.0.1|localhost"
    # Maven 3.9 takes a proxy from there only when told to.
    prlt_options="$prlt_options -Daether.connector.http.useSystemProperties=true"
    # The image may have another home for this user; MAVEN_OPTS cannot have spaces.
    case $HOME in *[[:space:]]*) ;; *) prlt_options="-Duser.home=$HOME $prlt_options" ;; esac
    MAVEN_OPTS="$prlt_options $MAVEN_OPTS"
    ",
      ".npmrc": "@acme:registry={pipe}/registries/npm-acme/
    @tools:registry={pipe}/registries/npm-acme/
    registry={pipe}/registries/npm-all/
    replace-registry-host=https://registry.example
    omit-lockfile-registry-resolved=true
    audit=false
    fund=false
    update-notifier=false
    ",
    }
  `);
});

test('without a registry nobody is told of one, and Maven of the way out', () => {
  const { env, files } = registryClients([registry('a', 'npm')], 'other/widgets');
  expect({ env, files: Object.keys(files) }).toEqual({ env: {}, files: ['.mavenrc'] });
});

test("Maven's launcher has the proxy and HOME of the run, before what the repository says itself", () => {
  const rc =
    registryClients([], 'acme/x').files['.mavenrc']?.replace('{pipe}', 'http://127.0.0.1:4711') ?? '';
  const options = (home: string) => {
    const env = { HOME: home, MAVEN_OPTS: '-Xmx1g -Dhttp.proxyPort=1' };
    return execFileSync('sh', ['-ec', `${rc}\nprintf '%s\\n' $MAVEN_OPTS`], { env, encoding: 'utf8' }).split(
      '\n',
    );
  };
  expect(options('/work/home')).toEqual([
    '-Duser.home=/work/home',
    '-Dhttp.proxyHost=127.0.0.1',
    '-Dhttp.proxyPort=4711',
    '-Dhttps.proxyHost=127.0.0.1',
    '-Dhttps.proxyPort=4711',
    '-Dhttp.nonProxyHosts=127.0.0.1|localhost',
    '-Daether.connector.http.useSystemProperties=true',
    '-Xmx1g',
    '-Dhttp.proxyPort=1',
    '',
  ]);
  expect(options('/a folder/home')[0]).toBe('-Dhttp.proxyHost=127.0.0.1');
});

test('an index that is extra leaves the public one in its place', () => {
  const { files } = registryClients([registry('py', 'pypi', { extra: true })], 'acme/x');
  expect(files['.config/pip/pip.conf']).not.toMatch(/^index-url/m);
  expect(files['.config/pip/pip.conf']).toContain('extra-index-url =\n    {pipe}/registries/py/simple/');
});

test('a Go proxy for everything stands alone', () => {
  expect(registryClients([registry('mods', 'go')], 'acme/x').env).toEqual({
    PRLT_REGISTRY_MODS: '{pipe}/registries/mods/',
    GOPROXY: '{pipe}/registries/mods',
    GOSUMDB: 'off',
    GOTOOLCHAIN: 'local',
  });
});

test('what the runner says itself stays', () => {
  const agent = { argv: ['x'], env: { GOPROXY: 'mine' }, files: { '.npmrc': 'mine' } };
  const given = withRegistries(agent, [registry('a', 'npm'), registry('b', 'go')], 'acme/x');
  expect(given).toMatchObject({ argv: ['x'], env: { GOPROXY: 'mine' }, files: { '.npmrc': 'mine' } });
});

test.each([
  ['acme/*', 'Acme/Widgets', true],
  ['acme/widgets', 'acme/widgets', true],
  ['*/*', 'a/b', true],
  ['acme/w*s', 'acme/widgets', true],
  ['acme/*', 'acme2/widgets', false],
  ['acme/*', 'evil/acme/x', false],
  ['acme/w.dgets', 'acme/widgets', false],
  ['acme/widgets', 'acme/widgets2', false],
])('%s and %s: %s', (pattern, repository, fits) => {
  expect(serves(registry('a', 'npm', { repositories: [pattern] }), repository)).toBe(fits);
});
