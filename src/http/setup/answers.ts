/** What the person fills in at the first start, checked. */

export interface SetupAnswers {
  /** Origin of the service as GitHub sees it; undefined: it cannot be reached, and deliveries are asked for. */
  publicUrl: string | undefined;
  /** Undefined: the App belongs to the person. */
  organisation: string | undefined;
}

export type AnswersResult = { ok: true; answers: SetupAnswers } | { ok: false; problem: string };

/** GitHub's rule for names of accounts; shorter than a path could abuse. */
const account = /^[a-z\d](?:[a-z\d-]{0,37}[a-z\d])?$/i;

export function readAnswers(form: { publicUrl: string; organisation: string }): AnswersResult {
  const organisation = form.organisation.trim().replace(/^@/, '');
  if (organisation !== '' && !account.test(organisation)) {
    return { ok: false, problem: 'That is not the name of an organisation on GitHub.' };
  }
  const address = form.publicUrl.trim();
  const publicUrl = address === '' ? undefined : originOf(address);
  if (publicUrl === null) {
    return {
      ok: false,
      problem: 'The address of this service is an origin such as https://prlt.example.org, without a path.',
    };
  }
  return { ok: true, answers: { publicUrl, organisation: organisation || undefined } };
}

function originOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(address);
  const bare = pathname === '/' && search === '' && hash === '' && username === '' && password === '';
  return bare && (protocol === 'http:' || protocol === 'https:') ? origin : null;
}
