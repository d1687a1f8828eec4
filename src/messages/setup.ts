/** What a first start says in the terminal. */

/** @param code the one-time code, in groups */
export function setupWelcome(of: { url: string; code: string; file: string; github: string }): string {
  return [
    '',
    'prlt has no GitHub App yet. This sets one up, in about a minute:',
    '',
    `  1. Open ${of.url}/setup in a browser.`,
    `  2. Give it this code (good once, for 60 minutes):  ${of.code}`,
    `  3. Confirm the App on ${of.github}. Its credentials are then written to ${of.file}, and prlt goes on by itself.`,
    '',
    'Pushing agent code starts the Actions of a repository with its secrets: install the App only where that is acceptable.',
    'If you have an App already, set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET instead (docs/installing.md).',
    '',
    '',
  ].join('\n');
}

/** What `--check` adds when nothing of an App is configured. */
export const noAppYet = 'There is no GitHub App yet: `npm start` without `--check` leads to one of your own.';

export function setupFinished(of: { slug: string; install: string; file: string }): string {
  return `The GitHub App ${of.slug} was made; ${of.file} has its credentials. Install it: ${of.install}\n`;
}

export function setupCannotWrite(file: string, reason: string): string {
  return [
    'prlt has no GitHub App yet, and could not keep one: ',
    `${file} cannot be written (${reason}). `,
    'Start prlt in a directory that it may write, or set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET.\n',
  ].join('');
}
