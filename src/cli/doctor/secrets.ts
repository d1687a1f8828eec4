/** The App's key and the webhook's secret: whether they are strong. Neither is ever repeated. */
import { createPrivateKey } from 'node:crypto';
import { broken, type Finding, ok, reasonOf, weak } from './finding.ts';

const shortestKey = 2_048;
const shortestSecret = 20;
/** Different characters below which a secret looks typed and not drawn. */
const fewest = 10;

export function judgeKey(pem: string): Finding {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    if (asymmetricKeyType !== 'rsa') {
      return broken(
        'private key',
        'PRIVATE_KEY is no RSA key.',
        'Generate one on the settings page of the App.',
      );
    }
    if (bits < shortestKey) {
      return weak(
        'private key',
        `PRIVATE_KEY has ${bits} bits.`,
        'Generate a new one on the settings page of the App.',
      );
    }
    return ok('private key', `RSA with ${bits} bits`);
  } catch (error) {
    const todo = 'Paste it whole, with \\n for its line ends, or use PRIVATE_KEY_PATH.';
    return broken('private key', `PRIVATE_KEY cannot be read: ${reasonOf(error)}.`, todo);
  }
}

export function judgeSecret(secret: string): Finding {
  if (secret.length >= shortestSecret && new Set(secret).size >= fewest) {
    return ok('webhook secret', `${secret.length} characters`);
  }
  return weak(
    'webhook secret',
    'WEBHOOK_SECRET is short or simple: whoever guesses it can start agents.',
    'Draw one with `openssl rand -hex 32`, and set it in the App and here.',
  );
}
