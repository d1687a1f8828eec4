/** Fills in the places that a manifest leaves open (runners/manifest.ts). */

/** Every `{name}` that `places` has; braces around anything else stay, since files may be JSON. */
export function fill(text: string, places: Readonly<Record<string, string>>): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, name: string) =>
    Object.hasOwn(places, name) ? (places[name] ?? whole) : whole,
  );
}

/** The same for those values of a record whose name `wanted` takes. */
export function fillAll(
  record: Readonly<Record<string, string>>,
  places: Readonly<Record<string, string>>,
  wanted: (name: string) => boolean = () => true,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, wanted(name) ? fill(value, places) : value]),
  );
}
