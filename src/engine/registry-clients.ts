/** How the package managers in a container are told of the operator's registries: by files in HOME and by environment. */
import { type Registry, registryVariable, serves } from '../core/registry.ts';
import { mavenrc } from './mavenrc.ts';

export interface ClientSettings {
  env: Record<string, string>;
  /** By path relative to HOME. */
  files: Record<string, string>;
}

/** What an agent is given, with the registries added; where both have something, the runner's own stays. */
export function withRegistries<T extends ClientSettings>(
  agent: T,
  registries: readonly Registry[],
  repository: string,
): T {
  const { env, files } = registryClients(registries, repository);
  return { ...agent, env: { ...env, ...agent.env }, files: { ...files, ...agent.files } };
}

/**
 * `{pipe}` is left for the shim to fill in (runners/manifest.ts). Maven is also told of the proxy, which the others know by
 * their environment.
 *
 * @param repository `owner/name` of the run's repository
 */
export function registryClients(registries: readonly Registry[], repository: string): ClientSettings {
  const mine = registries.filter((registry) => serves(registry, repository));
  const of = (type: Registry['type']) => mine.filter((registry) => registry.type === type);
  const env = Object.fromEntries(mine.map(({ name }) => [registryVariable(name), address(name)]));
  const files: Record<string, string> = { '.mavenrc': mavenrc };
  const [npm, pypi, maven, go] = [of('npm'), of('pypi'), of('maven'), of('go')];
  if (npm.length > 0) files['.npmrc'] = npmrc(npm);
  if (pypi.length > 0) files['.config/pip/pip.conf'] = pipConf(pypi);
  if (maven.length > 0) files['.m2/settings.xml'] = mavenSettings(maven);
  return { env: { ...env, ...(go.length > 0 ? goEnvironment(go) : {}) }, files };
}

function address(name: string): string {
  return `{pipe}/registries/${name}/`;
}

/**
 * Nothing can be posted to a registry here, so npm is not to try; and lock files are not to hold addresses of one run. Where
 * one holds addresses of a registry itself, npm 11 asks its default registry for them instead, so that one stands there also
 * when it answers for scopes only; for what is not its own it leads on to the public one (gateway/registries/public.ts).
 */
function npmrc(registries: Registry[]): string {
  const main = registries.find(({ scopes }) => scopes.length === 0) ?? registries[0];
  const lines = registries.flatMap(({ name, scopes }) =>
    scopes.map((scope) => `${scope}:registry=${address(name)}`),
  );
  if (main) {
    lines.push(`registry=${address(main.name)}`, `replace-registry-host=${main.url.replace(/\/$/, '')}`);
  }
  return `${[...lines, 'omit-lockfile-registry-resolved=true', 'audit=false', 'fund=false', 'update-notifier=false'].join('\n')}\n`;
}

/** The first index answers alone unless it is `extra`: an index asked beside another one can be outbid by it. */
function pipConf(registries: Registry[]): string {
  const index = registries.find(({ extra }) => !extra);
  const others = registries.filter((one) => one !== index);
  const url = (one: Registry): string => `${address(one.name)}${one.index}`;
  return [
    '[global]',
    ...(index ? [`index-url = ${url(index)}`] : []),
    ...(others.length > 0 ? [`extra-index-url =${others.map((one) => `\n    ${url(one)}`).join('')}`] : []),
    'disable-pip-version-check = true',
    '',
  ].join('\n');
}

/** The first one that is not `extra` stands for every repository; the others are asked beside. */
function mavenSettings(registries: Registry[]): string {
  const mirror = registries.find(({ extra }) => !extra);
  const others = registries.filter((one) => one !== mirror);
  const asked = (element: string) =>
    others.map(
      ({ name }) =>
        `<${element}><id>${name}</id><url>${address(name)}</url><snapshots><enabled>true</enabled></snapshots></${element}>`,
    );
  const except = others.map(({ name }) => `,!${name}`).join('');
  return [
    '<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">',
    ...(mirror
      ? [
          `<mirrors><mirror><id>${mirror.name}</id><mirrorOf>*${except}</mirrorOf><url>${address(mirror.name)}</url></mirror></mirrors>`,
        ]
      : []),
    ...(others.length > 0
      ? [
          '<profiles><profile><id>prlt</id>',
          `<repositories>${asked('repository').join('')}</repositories>`,
          `<pluginRepositories>${asked('pluginRepository').join('')}</pluginRepositories>`,
          '</profile></profiles>',
          '<activeProfiles><activeProfile>prlt</activeProfile></activeProfiles>',
        ]
      : []),
    '</settings>',
    '',
  ].join('\n');
}

/** With patterns, only those modules are the registries' own; without, the registry answers for all and `go.sum` is what is checked. */
function goEnvironment(registries: Registry[]): Record<string, string> {
  const patterns = registries.flatMap(({ scopes }) => scopes);
  const forAll = registries.some(({ scopes }) => scopes.length === 0);
  const proxies = registries.map(({ name }) => address(name).replace(/\/$/, ''));
  return {
    GOPROXY: [...proxies, ...(forAll ? [] : ['https://proxy.golang.org'])].join(','),
    ...(forAll ? { GOSUMDB: 'off' } : { GONOSUMDB: patterns.join(',') }),
    GOTOOLCHAIN: 'local',
  };
}
