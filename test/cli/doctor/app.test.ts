/** What the doctor thinks of the App: clock, permissions, events, installations, webhook. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '#src/cli/doctor/finding.ts';
import { judgeClock, judgeInstallations, judgeRefusal } from '#src/cli/doctor/github.ts';
import {
  judgeEvents,
  judgeExcess,
  judgePermissions,
  missingPermissions,
} from '#src/cli/doctor/permissions.ts';
import { judgeDeliveries, judgeHook } from '#src/cli/doctor/webhook.ts';
import { readAppDescription } from '#src/setup.ts';

const asked = readAppDescription();
const all = asked.default_permissions;

function judged(table: [string, Finding, Finding['state'], RegExp?][]): void {
  test.each(table)('%s', (_, finding, state, says = /./) => {
    expect(finding.state).toBe(state);
    expect(`${finding.says} ${finding.todo ?? ''}`).toMatch(says);
  });
}

describe('the clock', () => {
  judged([
    ['on time', judgeClock(1_000_400, 1_000_000), 'ok'],
    ['half a minute ahead', judgeClock(1_030_000, 1_000_000), 'weak', /30 s ahead/],
    ['a minute behind', judgeClock(940_000, 1_000_000), 'broken', /60 s behind/],
  ]);
});

describe('what GitHub says of an App', () => {
  const answered = (status?: number) => judgeRefusal(Object.assign(new Error('no'), { status }));
  judged([
    ['a key of another', answered(401), 'broken', /does not accept.*PRIVATE_KEY/],
    ['a number of nobody', answered(404), 'broken', /does not accept.*APP_ID/],
    ['a bad hour', answered(502), 'broken', /did not tell.*Try again/],
    ['no answer', answered(), 'broken', /did not tell.*Try again/],
  ]);
});

describe('permissions', () => {
  test('a lower level is missing as well', () => {
    expect(
      missingPermissions({ issues: 'write', checks: 'read' }, { issues: 'read', checks: 'write' }),
    ).toEqual(['issues: write']);
  });
  judged([
    ['all', judgePermissions('The App', all, all), 'ok'],
    [
      'without actions',
      judgePermissions('The App', all, { ...all, actions: undefined }),
      'weak',
      /actions: read/,
    ],
    [
      'without contents',
      judgePermissions('The App', all, { ...all, contents: 'read' }),
      'broken',
      /contents: write/,
    ],
    [
      'of an installation',
      judgePermissions('The installation on acme', all, { ...all, checks: undefined }),
      'broken',
      /acme lacks checks: write.*owner/,
    ],
  ]);
  test('more than is needed is said', () => {
    expect(judgeExcess(all, all)).toEqual([]);
    expect(judgeExcess(all, { ...all, administration: 'write' })[0]?.says).toContain('administration: write');
  });
});

describe('events and places', () => {
  const acme = { account: 'acme', suspended: false, permissions: all };
  judged([
    ['all events', judgeEvents(asked, [...asked.default_events, 'star']), 'ok'],
    ['without issues', judgeEvents(asked, asked.default_events.slice(1)), 'weak', /does not hear issues\./],
    [
      'nowhere',
      judgeInstallations([], 'https://github.com/apps/prlt'),
      'weak',
      /apps\/prlt\/installations\/new/,
    ],
    ['somewhere', judgeInstallations([acme], ''), 'ok', /acme/],
    ['suspended', judgeInstallations([{ ...acme, suspended: true }], ''), 'weak', /Suspended on acme/],
  ]);
});

describe('the webhook', () => {
  const url = 'https://prlt.example.org/api/github/webhooks';
  const nowhere = 'https://prlt.invalid/api/github/webhooks';
  judged([
    ['good', judgeHook({ url, content_type: 'json', insecure_ssl: '0' }, false), 'ok'],
    ['none', judgeHook({}, false), 'broken', /records no deliveries/],
    ['none, where deliveries are asked for', judgeHook({}, true), 'broken'],
    ['forms', judgeHook({ url, content_type: 'form' }, false), 'broken', /application\/json/],
    [
      "Probot's own path",
      judgeHook({ url: 'https://prlt.example.org/' }, false),
      'broken',
      /\/api\/github\/webhooks/,
    ],
    ['nowhere', judgeHook({ url: nowhere }, false), 'broken', /PRLT_POLL/],
    ['nowhere, and deliveries are asked for', judgeHook({ url: nowhere }, true), 'ok'],
    ['plain', judgeHook({ url: url.replace('https', 'http') }, false), 'weak', /TLS/],
    ['unchecked', judgeHook({ url, insecure_ssl: '1' }, false), 'weak', /TLS/],
    ['no deliveries', judgeDeliveries([], false), 'ok'],
    ['good ones', judgeDeliveries([200, 202], false), 'ok'],
    ['failed ones', judgeDeliveries([202, 502, 0], false), 'weak', /2 of the latest 3/],
    ['failed ones that are asked for', judgeDeliveries([502], true), 'ok'],
  ]);
});
