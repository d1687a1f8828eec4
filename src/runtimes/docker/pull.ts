/** Fetches an image that the engine lacks, by its own words when it cannot. */
import type Dockerode from 'dockerode';
import { deadlines, EngineUnavailable, sentenceOf, statusOf } from './engine.ts';

/**
 * Undefined when the image is there, else why not. Only images that need no login: the engine's API takes a login with
 * each call, and the service has none. Rejects with `EngineUnavailable` when the engine is away.
 */
export async function pullImage(docker: Dockerode, image: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(deadlines.pull);
  let late = () => {};
  const over = new Promise<never>((_, reject) => {
    late = () => reject(new Error(`it did not come within ${deadlines.pull / 1000} s`));
    signal.addEventListener('abort', late);
  });
  try {
    const stream = await Promise.race([docker.pull(withTag(image), { abortSignal: signal }), over]);
    const done = new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()));
    });
    await Promise.race([done, over]);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const away = statusOf(error) === undefined && (code === 'ENOENT' || code === 'ECONNREFUSED');
    if (away) throw new EngineUnavailable(`The engine could not pull ${image}: ${sentenceOf(error)}`);
    return sentenceOf(error);
  } finally {
    signal.removeEventListener('abort', late);
  }
}

/** Without a tag the engine would fetch every one that there is. */
export function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? image : `${image}:latest`;
}
