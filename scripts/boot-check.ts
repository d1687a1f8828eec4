/** `npm run boot`: Node itself loads every module of the service and checks complete settings, as `npm start -- --check`. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const { status, stdout, stderr } = spawnSync(process.execPath, ['src/start.js', '--check'], {
  cwd: join(import.meta.dirname, '..'),
  env: { APP_ID: '1', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: randomBytes(16).toString('hex') },
  encoding: 'utf8',
});
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status === 0 ? 0 : 1;
