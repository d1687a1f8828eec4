/** The set-up pages: the code opens them to one browser, which is led to GitHub and back with the new App. */
import { randomBytes } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { readAnswers, type SetupAnswers } from './answers.ts';
import { type CodeAnswer, isSame, type OneTimeCode } from './code.ts';
import { convert, type NewApp } from './conversion.ts';
import { type AppDescription, makeManifest } from './manifest.ts';
import { donePage, handOverPage, type Page, problemPage, questionsPage, styleSheet } from './pages.ts';

export interface SetupParts {
  code: OneTimeCode;
  described: AppDescription;
  /** Addresses of GitHub, without a slash at the end. */
  github: { api: string; web: string };
  /** Name of the file that `made` writes, for people. */
  file: string;
  /** Keeps the credentials; when it rejects, the person is told so and that the App has to be made again. */
  made: (app: NewApp, answers: SetupAnswers) => Promise<void>;
  /** Called when the last page is on its way. */
  finished: () => void;
}

const cookie = 'prlt-setup';
const largestForm = 16 * 1024;

const refusals: Record<Exclude<CodeAnswer, 'right'>, { status: 403 | 410 | 429; problem: string }> = {
  wrong: { status: 403, problem: 'The code is wrong: it is the one that prlt printed in its terminal.' },
  spent: {
    status: 403,
    problem:
      'The code was used already, in another browser. If that was not you, stop prlt and start it again.',
  },
  expired: { status: 410, problem: 'The code has expired. Stop prlt and start it again for a new one.' },
  'too many': { status: 429, problem: 'Too many wrong codes. Wait a minute.' },
};

export function setupRoutes(parts: SetupParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  let browser: string | undefined;
  let pending: { state: string; answers: SetupAnswers } | undefined;
  let over = false;

  const known = (c: Context): boolean => browser !== undefined && isSame(getCookie(c, cookie) ?? '', browser);
  const policy = [
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    `form-action 'self' ${parts.github.web}`,
  ].join('; ');
  const show = (c: Context, page: Page, status: 200 | 400 | 403 | 410 | 413 | 429 | 502 | 500 = 200) =>
    c.html(page, status);

  app.use(async (c, next) => {
    await next();
    c.header('content-security-policy', policy);
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'same-origin');
  });
  app.get('/', (c) => c.redirect('/setup'));
  app.get('/healthz', (c) => c.json({ alive: true }));
  app.get('/readyz', (c) => c.json({ ready: false, missing: ['prlt waits to be set up at /setup.'] }, 503));
  app.get('/setup/style.css', (c) => c.body(styleSheet, 200, { 'content-type': 'text/css' }));
  app.get('/setup', (c) =>
    show(c, questionsPage({ known: known(c), given: { publicUrl: '', organisation: '' } })),
  );

  const small = bodyLimit({
    maxSize: largestForm,
    onError: (c) => show(c, problemPage('The form is too large.'), 413),
  });
  app.post('/setup', small, async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const field = (name: string) => form.get(name) ?? '';
    const given = { publicUrl: field('publicUrl'), organisation: field('organisation') };
    const again = (problem: string, status: 400 | 403 | 410 | 429) =>
      show(c, questionsPage({ known: known(c), given, problem }), status);

    const read = readAnswers(given);
    if (!known(c)) {
      // Looked at before the answers, so that a stranger learns nothing from them.
      const code = read.ok ? parts.code.use(field('code')) : parts.code.check(field('code'));
      if (code !== 'right') {
        const { status, problem } = refusals[code];
        if (status === 429) c.header('retry-after', '60');
        return again(problem, status);
      }
    }
    if (!read.ok) return again(read.problem, 400);
    if (!known(c)) {
      browser = randomBytes(32).toString('base64url');
      const secure = originOf(c).startsWith('https:');
      setCookie(c, cookie, browser, { httpOnly: true, sameSite: 'Lax', path: '/setup', secure });
    }
    const state = randomBytes(32).toString('base64url');
    pending = { state, answers: read.answers };
    const manifest = makeManifest(parts.described, read.answers.publicUrl, originOf(c));
    return show(
      c,
      handOverPage(registrationPage(parts.github.web, read.answers.organisation, state), manifest),
    );
  });

  app.get('/setup/done', async (c) => {
    const { code = '', state = '' } = c.req.query();
    const mine = pending;
    if (over || !mine || !known(c) || !isSame(state, mine.state)) {
      return show(
        c,
        problemPage('This answer of GitHub does not belong to a set-up that is under way.'),
        403,
      );
    }
    // Spent before anything is awaited: a second use finds nothing.
    pending = undefined;
    const converted = await convert(parts.github.api, code);
    if (converted.kind === 'unavailable') {
      pending ??= mine;
      return show(c, problemPage(`${converted.reason}. Reload this page to try again.`), 502);
    }
    if (converted.kind === 'refused') {
      return show(c, problemPage(`GitHub refused the code (${converted.status}). ${makeAgain}`), 502);
    }
    try {
      await parts.made(converted.app, mine.answers);
    } catch {
      return show(c, problemPage(`The credentials could not be written to ${parts.file}. ${makeAgain}`), 500);
    }
    over = true;
    const { slug, page } = converted.app;
    c.header('connection', 'close');
    afterwards(c, parts.finished);
    return show(c, donePage({ slug, install: `${page}/installations/new`, file: parts.file }));
  });

  app.notFound((c) => c.json({ error: 'prlt waits to be set up at /setup.' }, 404));
  app.onError((_error, c) => show(c, problemPage('Something went wrong here. Try again.'), 500));
  return app;
}

/** Once the answer has left: the server that carries it closes then. */
function afterwards(c: Context, call: () => void): void {
  const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
  if (outgoing) outgoing.once('close', call);
  else setImmediate(call);
}

const makeAgain =
  'If the App exists on GitHub by now, delete it there under Developer settings, GitHub Apps, and begin again.';

function registrationPage(web: string, organisation: string | undefined, state: string): string {
  const owner = organisation ? `/organizations/${organisation}` : '';
  return `${web}${owner}/settings/apps/new?state=${state}`;
}

/** Where the browser sees these pages: what it says itself, since a proxy in front may speak TLS. */
function originOf(c: Context): string {
  const origin = c.req.header('origin');
  if (origin && /^https?:\/\/[^/]+$/.test(origin)) return origin;
  return new URL(c.req.url).origin;
}
