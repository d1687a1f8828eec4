/** GitHub: whether it is reached, what time it has there, who the App is, what it may do and where. */

import { pino } from 'pino';
import { createProbot } from 'probot';
import type { Settings } from '../../config/settings.ts';
import type { Octokit } from '../../github/client.ts';
import type { AppDescription } from '../../http/setup/manifest.ts';
import { broken, type Finding, ok, reasonOf, weak } from './finding.ts';
import { judgeEvents, judgeExcess, judgePermissions, type Permissions } from './permissions.ts';
import { judgeDeliveries, judgeHook } from './webhook.ts';

/** From here on a look is often enough to be the way in, milliseconds. */
const pollsOften = 120_000;
const timeout = 15_000;

/** GitHub refuses tokens that are dated more than a minute ahead. Seconds. */
const tolerated = 30;
const refused = 60;

/** @param here and @param there milliseconds since the epoch; GitHub tells whole seconds */
export function judgeClock(here: number, there: number): Finding {
  const off = Math.round((here - there) / 1000);
  const says = `This clock is ${Math.abs(off)} s ${off < 0 ? 'behind' : 'ahead of'} GitHub's.`;
  const todo = 'Let the machine keep time (chrony, systemd-timesyncd).';
  if (Math.abs(off) >= refused) return broken('clock', says, todo);
  if (Math.abs(off) >= tolerated) return weak('clock', says, todo);
  return ok('clock', `within ${Math.max(Math.abs(off), 1)} s of GitHub's`);
}

export interface InstallationFacts {
  account: string;
  suspended: boolean;
  permissions: Permissions;
}

export function judgeInstallations(found: readonly InstallationFacts[], page: string): Finding {
  if (found.length === 0) {
    return weak('installations', 'The App is installed nowhere.', `Install it: ${page}/installations/new`);
  }
  const suspended = found.filter((each) => each.suspended).map(({ account }) => account);
  if (suspended.length > 0) {
    return weak(
      'installations',
      `Suspended on ${suspended.join(', ')}.`,
      'An owner there can take that back.',
    );
  }
  return ok(
    'installations',
    found
      .map(({ account }) => account)
      .join(', ')
      .slice(0, 200),
  );
}

/** Asks GitHub. Never rejects: what fails is a finding. */
export async function checkGitHub(settings: Settings, wanted: AppDescription): Promise<Finding[]> {
  const reached = await reach(settings.github.api);
  if (reached.some(({ state }) => state === 'broken')) return reached;
  const probot = createProbot({
    env: {},
    overrides: {
      appId: settings.appId,
      privateKey: settings.privateKey,
      secret: settings.webhookSecret,
      baseUrl: settings.github.api,
      log: pino({ level: 'silent' }) as never,
    },
  });
  try {
    const octokit = (await probot.auth()) as Octokit;
    return [...reached, ...(await checkApp(octokit, settings, wanted))];
  } catch (error) {
    return [...reached, judgeRefusal(error)];
  }
}

/** An App that GitHub does not know, or another key than its own, is refused; everything else is no word about the App. */
export function judgeRefusal(error: unknown): Finding {
  const status = (error as { status?: unknown }).status;
  if (status === 401 || status === 403 || status === 404) {
    const todo = 'Compare APP_ID and PRIVATE_KEY with the settings page of the App.';
    return broken('app', `GitHub does not accept this App: ${reasonOf(error)}.`, todo);
  }
  return broken('app', `GitHub did not tell about the App: ${reasonOf(error)}.`, 'Try again in a while.');
}

/** Whether it answers, and whether the clocks agree; needs no App. */
export async function reach(api: string): Promise<Finding[]> {
  try {
    const answer = await fetch(`${api}/meta`, { signal: AbortSignal.timeout(timeout), method: 'HEAD' });
    const date = Date.parse(answer.headers.get('date') ?? '');
    return [ok('github', `${api} answers`), ...(Number.isNaN(date) ? [] : [judgeClock(Date.now(), date)])];
  } catch (error) {
    const todo = 'Check the network, HTTPS_PROXY, NO_PROXY, and NODE_EXTRA_CA_CERTS for a private authority.';
    return [broken('github', `${api} cannot be reached: ${reasonOf(error)}.`, todo)];
  }
}

async function checkApp(octokit: Octokit, settings: Settings, wanted: AppDescription): Promise<Finding[]> {
  const { data: app } = await octokit.rest.apps.getAuthenticated();
  if (!app) return [broken('app', 'GitHub does not say who this App is.', 'Try again later.')];
  const asked: Permissions = {
    ...wanted.default_permissions,
    ...(settings.allowWorkflows ? { workflows: 'write' } : {}),
  };
  const [installations, hook, deliveries] = await Promise.all([
    octokit.paginate(octokit.rest.apps.listInstallations, { per_page: 100 }),
    octokit.rest.apps.getWebhookConfigForApp(),
    octokit.rest.apps.listWebhookDeliveries({ per_page: 20 }),
  ]);
  const facts: InstallationFacts[] = installations.map(({ account, suspended_at, permissions }) => ({
    account: account && 'login' in account ? account.login : 'an enterprise',
    suspended: suspended_at !== null,
    permissions: permissions as Permissions,
  }));
  const held = app.permissions as Permissions;
  const behind = facts.filter(({ permissions }) => lacks(asked, held, permissions));
  const polls = settings.poll <= pollsOften;
  return [
    ok('app', `${app.slug ?? app.name}, id ${app.id}`),
    judgePermissions('The App', asked, held),
    ...judgeExcess(asked, held),
    ...behind.map(({ account, permissions }) =>
      judgePermissions(`The installation on ${account}`, asked, permissions),
    ),
    judgeEvents(wanted, app.events),
    judgeInstallations(facts, app.html_url),
    judgeHook(hook.data, polls),
    judgeDeliveries(
      deliveries.data.map(({ status_code }) => status_code),
      polls,
    ),
  ];
}

/** Whether an owner has yet to accept something that the App itself has. */
function lacks(asked: Permissions, app: Permissions, here: Permissions): boolean {
  return Object.keys(asked).some((name) => app[name] !== undefined && app[name] !== here[name]);
}
