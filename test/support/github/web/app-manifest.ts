/** GitHub's own pages for making an App from a manifest: what they check, and the code they give for it. */
import { randomBytes } from 'node:crypto';
import { makeKeys, registerApp } from '../app-options.ts';
import type { App, Permissions } from '../model.ts';
import type { World } from '../world.ts';

export interface Registration {
  readonly app: App;
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly clientSecret: string;
  readonly manifest: AppManifest;
  /** `null`: the person's own. */
  readonly organisation: string | null;
}

export interface AppManifest {
  readonly name: string;
  readonly url: string;
  readonly public?: boolean;
  readonly hook_attributes?: { readonly url: string; readonly active?: boolean };
  readonly redirect_url: string;
  readonly default_permissions?: Permissions;
  readonly default_events?: readonly string[];
}

export interface AppRegistrations {
  readonly made: readonly Registration[];
  /** What the page answers a form with: a redirect back, or the page again with what is wrong. */
  submit(
    path: string,
    form: URLSearchParams,
  ): Promise<{ status: number; location?: string; problems: string[] }>;
  /** Once per code. */
  convert(code: string): Registration | undefined;
}

/** Where the pages are, with the organisation's name. */
export const registrationPage = /^(?:\/organizations\/([^/?]+))?\/settings\/apps\/new(?:\?|$)/;

/** Events with the permission that they need one of (docs: webhook events and payloads, "Availability"). */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  issues: ['issues'],
  issue_comment: ['issues', 'pull_requests'],
  issue_dependencies: ['issues'],
  sub_issues: ['issues'],
  label: ['metadata'],
  pull_request: ['pull_requests'],
  pull_request_review: ['pull_requests'],
  pull_request_review_comment: ['pull_requests'],
  pull_request_review_thread: ['pull_requests'],
  check_run: ['checks'],
  check_suite: ['checks'],
  workflow_run: ['actions'],
  status: ['statuses'],
  push: ['contents'],
  create: ['contents'],
  delete: ['contents'],
  repository: ['metadata'],
  projects_v2_item: ['organization_projects'],
  merge_group: ['merge_queues'],
};

export function createAppRegistrations(world: World): AppRegistrations {
  const made: Registration[] = [];
  const codes = new Map<string, Registration>();

  return {
    made,
    async submit(path, form) {
      const [, organisation = null] = registrationPage.exec(path) ?? [];
      const state = new URL(path, 'http://github').searchParams.get('state') ?? '';
      const { manifest, problems } = readManifest(form.get('manifest'));
      if (manifest === null) return { status: 422, problems };
      const slug = manifest.name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-');
      if (world.apps.some((each) => each.slug === slug))
        return { status: 422, problems: ['Name is already taken'] };
      const keys = await makeKeys();
      const app = registerApp(
        world,
        {
          id: 2_000_000 + made.length,
          slug,
          permissions: manifest.default_permissions ?? {},
          events: manifest.default_events ?? [],
        },
        keys.publicKey,
      );
      const registration: Registration = {
        app,
        privateKey: keys.privateKey,
        webhookSecret: randomBytes(20).toString('hex'),
        clientSecret: randomBytes(20).toString('hex'),
        manifest,
        organisation,
      };
      made.push(registration);
      const code = randomBytes(20).toString('hex');
      codes.set(code, registration);
      const back = new URL(manifest.redirect_url);
      back.searchParams.set('code', code);
      back.searchParams.set('state', state);
      return { status: 302, location: back.href, problems: [] };
    },
    convert(code) {
      const found = codes.get(code);
      codes.delete(code);
      return found;
    },
  };
}

function readManifest(text: string | null): { manifest: AppManifest | null; problems: string[] } {
  let given: Partial<AppManifest>;
  try {
    given = JSON.parse(text ?? '') as Partial<AppManifest>;
  } catch {
    return { manifest: null, problems: ['Manifest is not valid JSON'] };
  }
  const isAddress = (value: unknown) =>
    typeof value === 'string' && /^https?:/.test(value) && URL.canParse(value);
  const problems = [
    ...(typeof given.name === 'string' && given.name.length <= 34 ? [] : ['Name is missing or too long']),
    ...(isAddress(given.url) ? [] : ['Url must be a valid URL']),
    ...(isAddress(given.redirect_url) ? [] : ['Redirect url must be a valid URL']),
    ...hookProblems(given.hook_attributes),
    ...(given.default_events ?? []).flatMap((event) => eventProblems(event, given.default_permissions ?? {})),
  ];
  return { manifest: problems.length === 0 ? (given as AppManifest) : null, problems };
}

function hookProblems(hook: AppManifest['hook_attributes']): string[] {
  if (hook === undefined) return [];
  if (!URL.canParse(hook.url)) return ['Hook url must be a valid URL'];
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(hook.url).hostname);
  return local ? ["Hook url is not supported because it isn't reachable over the public Internet"] : [];
}

function eventProblems(event: string, permissions: Permissions): string[] {
  const needs = EVENTS[event];
  if (needs === undefined) return [`Default events are not supported: ${event}`];
  const held = needs.some((name) => name === 'metadata' || permissions[name] !== undefined);
  return held ? [] : [`Default events require permissions that are missing: ${event}`];
}
