/** Takes known secrets out of a text that leaves the service. */

/** Shorter strings are no secrets, and taking them out would garble the text. */
const shortest = 6;

/** Also finds a secret as it looks inside JSON, in a URL and in base64 on its own. The longest is taken out first. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret.trim().length >= shortest).flatMap(formsOf);
  return [...new Set(forms)]
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, form) => left.replaceAll(form, () => '[redacted]'), text);
}

function formsOf(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const base64 = btoa(String.fromCharCode(...bytes));
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    base64,
    base64.replaceAll('=', ''),
    base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  ];
}
