/** Names and labels of what one installation has on an engine that it may share with others. */

export const labels = {
  installation: 'dev.prlt.installation',
  run: 'dev.prlt.run',
  epoch: 'dev.prlt.epoch',
  key: 'dev.prlt.key',
  workspace: 'dev.prlt.workspace',
  /** On volumes with a runner's parts: which version. */
  runner: 'dev.prlt.runner',
  /** On containers that are gone again in a moment, unless the service died. */
  filler: 'dev.prlt.filler',
  /** On what the start-up probe made. */
  probe: 'dev.prlt.probe',
} as const;

/** The end of an id tells installations apart; a ULID begins with the time. */
function shortInstallation(installation: string): string {
  return installation.slice(-8).toLowerCase();
}

export function containerName(installation: string, run: string): string {
  return `prlt-${shortInstallation(installation)}-${run}`;
}

export function volumeName(installation: string, workspace: string): string {
  return `prlt-${shortInstallation(installation)}-ws-${workspace}`;
}

/** The beginning of an image's id. */
export function versionOf(image: string): string {
  return image.replace(/^sha256:/, '').slice(0, 16);
}

export function runnerVolumeName(installation: string, version: string): string {
  return `prlt-${shortInstallation(installation)}-rt-${version}`;
}

/** A container that is created so that the engine fills a volume, and never started. */
export function fillerName(installation: string, what: string): string {
  return `prlt-${shortInstallation(installation)}-fill-${what}`;
}

/** A container that looks around in a repository's image, named by its id. */
export function checkName(installation: string, image: string): string {
  return `prlt-${shortInstallation(installation)}-look-${versionOf(image)}`;
}

/** `name[:tag][@digest]` with an optional registry; nothing that could change the path of a request. */
export function isImageReference(image: string): boolean {
  return image.length <= 255 && /^[A-Za-z0-9][A-Za-z0-9_.:@/-]*$/.test(image) && !/\.\.|\/\/|\/$/.test(image);
}

/** Filter of the list calls: this installation's things that carry `label` as well. */
export function ownFilter(installation: string, label: string): { label: string[] } {
  return { label: [`${labels.installation}=${installation}`, label] };
}
