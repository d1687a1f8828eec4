/** The probe's findings as sentences for the operator: what is missing and what to do. Pure. */
import { EngineUnavailable, sentenceOf } from './engine.ts';
import { findings } from './probe-script.ts';

/** None when the container read its nonce, handed it over, and found no way out and nothing to write but its workspace. */
export function probeSentences(code: number, heard: 'nothing' | 'nonce' | 'other', image: string): string[] {
  const known = Object.values(findings).reduce((sum, bit) => sum | bit, 0);
  if ((code & ~known) !== 0) {
    return [
      `The probe in ${image} ended with code ${code}. Build the runner images again with \`npm run runners:build\`.`,
    ];
  }
  const said: string[] = [];
  if ((code & findings.mirror) !== 0 || heard === 'other') {
    said.push(
      'A container could not read what the service put into its mount. The engine must run on this machine and see the data directory (PRLT_DATA_DIR) under the path that the service gives it.',
    );
  }
  if ((code & findings.socket) !== 0 || heard === 'nothing') {
    said.push(
      "A container could not talk to the service over its socket. The data directory (PRLT_DATA_DIR) must be on a local file system of the engine's machine.",
    );
  }
  if ((code & findings.network) !== 0) {
    said.push(
      'A container without a network reached something all the same; runs would not be isolated. Check the configuration of the engine.',
    );
  }
  if ((code & findings.work) !== 0) {
    said.push(
      `A container could not write its workspace or /tmp: in ${image} /work must belong to uid 1000 and /tmp have mode 1777. Build the runner images again with \`npm run runners:build\`.`,
    );
  }
  if ((code & findings.root) !== 0) {
    said.push(
      'A container could write where it must not, or ran as root. Check the configuration of the engine.',
    );
  }
  return said;
}

/** For a probe that did not get as far as a container. */
export function engineSentence(error: unknown): string {
  const cause = error instanceof EngineUnavailable ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EACCES') {
    return "The service may not use the engine's socket. Add its user to the group that owns the socket (usually `docker`) and start it again.";
  }
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return 'No Docker engine answers. Install and start Docker, or point DOCKER_HOST to its socket.';
  }
  return sentenceOf(error);
}
