/** The pages of a first start. Plain HTML, no script; everything that is put in is escaped. */
import { html } from 'hono/html';
import type { Manifest } from './manifest.ts';

export type Page = ReturnType<typeof html>;

const style = `body{font:1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:3rem auto;padding:0 1rem}
label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit;padding:.4rem;box-sizing:border-box}
button{font:inherit;padding:.5rem 1.2rem}.problem{border-left:.3rem solid #b00;padding-left:.7rem}small{color:#555}`;

const frame = (title: string, body: Page): Page => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><link rel="stylesheet" href="/setup/style.css"></head><body><h1>${title}</h1>${body}</body></html>`;

export const styleSheet = style;

/** @param given what was filled in before; the code is never put back */
export function questionsPage(of: {
  known: boolean;
  given: { publicUrl: string; organisation: string };
  problem?: string | undefined;
}): Page {
  const code = html`<label>Code from the terminal
<input name="code" required autocomplete="off" autofocus spellcheck="false"></label>`;
  return frame(
    'Set up prlt',
    html`<p>prlt needs a GitHub App of its own. GitHub makes it from a description; you only confirm.</p>
${of.problem ? html`<p class="problem" role="alert">${of.problem}</p>` : ''}
<form method="post" action="/setup">${of.known ? '' : code}
<label>Address of this service, as GitHub reaches it
<input name="publicUrl" value="${of.given.publicUrl}" placeholder="https://prlt.example.org">
<small>Leave it empty when GitHub cannot reach this machine: prlt then asks GitHub for its deliveries every 30 seconds.</small></label>
<label>Organisation that is to own the App
<input name="organisation" value="${of.given.organisation}" placeholder="acme">
<small>Leave it empty for your own account.</small></label>
<button>Continue</button></form>`,
  );
}

export function handOverPage(action: string, manifest: Manifest): Page {
  return frame(
    'Create the GitHub App',
    html`<p>GitHub shows the name of the App, which you can change there: names are taken once on all of GitHub.
It asks for ${Object.keys(manifest.default_permissions).length} permissions; <code>docs/permissions.md</code> says what each is for.</p>
<p><strong>Pushing agent code starts the repository's Actions with its secrets.</strong> Install the App only where that is acceptable.</p>
<p>Webhooks: ${manifest.hook_attributes.url}</p>
<form method="post" action="${action}"><input type="hidden" name="manifest" value="${JSON.stringify(manifest)}">
<button>Create it on GitHub</button></form>`,
  );
}

export function donePage(app: { slug: string; install: string; file: string }): Page {
  return frame(
    'The GitHub App is there',
    html`<p><strong>${app.slug}</strong> was made, and its credentials are in <code>${app.file}</code>. prlt is starting now.</p>
<p><a href="${app.install}">Install it on repositories</a>, then label an issue <code>agent:ready</code>.</p>`,
  );
}

export function problemPage(problem: string): Page {
  return frame(
    'That did not work',
    html`<p class="problem" role="alert">${problem}</p><p><a href="/setup">Back to the start</a></p>`,
  );
}
