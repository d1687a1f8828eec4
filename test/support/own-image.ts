/** Images as repositories bring them: made from a runner's, without anything of the runner. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import { docker } from './machine.ts';

/** git, CA certificates and a tool `marker`; no node, nothing below /opt/prlt, and a `/work` of root's with a file in it. */
const toolchain = `FROM ${imageName(command)}
USER root
RUN rm -rf /opt/prlt /work && for dir in /usr/local/bin /usr/bin /bin; do rm -f $dir/node; done; \\
    mkdir /work && touch /work/of-the-image && \\
    printf '#!/bin/sh\\necho from the own image\\n' > /usr/local/bin/marker && chmod 755 /usr/local/bin/marker
ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_COMPILE_CACHE=
USER root
WORKDIR /
ENTRYPOINT ["/no/such/program"]
`;

/** Built once per content and kept for the next test run; `more` are further instructions. */
export async function ownImage(more = ''): Promise<string> {
  return builtFrom(`${toolchain}${more}`);
}

/** An image with nothing in it that a program could run with. */
export async function emptyImage(): Promise<string> {
  return builtFrom('FROM scratch\nLABEL org.example=empty\nENV PATH=/bin\n');
}

async function builtFrom(text: string): Promise<string> {
  const name = `prlt-test-own:${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  const there = await docker('images', '-q', name);
  if (there !== '') return name;
  const build = promisify(execFile)('docker', ['build', '--network=none', '-q', '-t', name, '-'], {
    env: {
      ...process.env,
      DOCKER_API_VERSION: process.env['DOCKER_API_VERSION'] ?? '1.41',
      DOCKER_BUILDKIT: '0',
    },
  });
  build.child.stdin?.end(text);
  await build;
  return name;
}
