/** What the set-up needs to know before there is an App. */
import { readSettings, type Settings } from './settings.ts';

/** All that does not come from the App. */
export type FirstStart = Omit<Settings, 'appId' | 'privateKey' | 'webhookSecret'>;

const app = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'];

/** Whether nothing of an App is there; a part of it is a mistake to be told, not a first start. */
export function isFirstStart(env: Record<string, string | undefined>): boolean {
  return app.every((name) => !env[name]);
}

/** The rest of the settings must hold already: a set-up that ends in an error would be a poor one. */
export function readFirstStart(
  env: Record<string, string | undefined>,
): { ok: true; start: FirstStart } | { ok: false; problems: string[] } {
  const standIn = { APP_ID: '1', PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----', WEBHOOK_SECRET: 'to be made' };
  const read = readSettings({ ...env, ...standIn });
  return read.ok ? { ok: true, start: read.settings } : read;
}
