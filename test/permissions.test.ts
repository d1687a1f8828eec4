/** `app.yml` against the code that needs it, the page that explains it, and what GitHub accepts. */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { ProbotOctokit } from 'probot';
import { describe, expect, test } from 'vitest';
import { createApp } from '#src/app.ts';
import { readAppDescription } from '#src/setup.ts';
import { subscribedEvents } from '#src/subscriptions.ts';
import table from './fixtures/endpoint-permissions.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const asked = readAppDescription();
const endpoints = table.endpoints as Record<string, string[] | null>;
const sources = globSync('src/**/*.ts', { cwd: root }).map((path) => ({ path, text: read(path) }));

/** Sent to every App, and refused in a manifest (docs: webhook events and payloads). */
const always = [
  'installation',
  'installation_repositories',
  'installation_target',
  'github_app_authorization',
];

/** Every REST call in the sources as `METHOD /path`, with the file it is in. */
function calls(): { call: string; path: string }[] {
  const octokit = new ProbotOctokit();
  const methods = octokit.rest as unknown as Record<
    string,
    Record<string, { endpoint: { DEFAULTS: Endpoint } }>
  >;
  return sources.flatMap(({ path, text }) => [
    ...[...text.matchAll(/\.rest\.(\w+)\.(\w+)/g)].map(([, scope = '', name = '']) => {
      const { method, url } = methods[scope]?.[name]?.endpoint.DEFAULTS ?? {
        method: 'unknown',
        url: `${scope}.${name}`,
      };
      return { call: `${method} ${url}`, path };
    }),
    ...[...text.matchAll(/\.request\(\s*['"`]([A-Z]+ [^'"`]+)['"`]/g)].map(([, call = '']) => ({
      call,
      path,
    })),
  ]);
}

interface Described {
  description: string;
  'x-github': { enabledForGitHubApps: boolean };
}

interface Endpoint {
  method: string;
  url: string;
}

/** First cells of the rows of a table below a heading. */
function rows(heading: string): string[][] {
  const section = read('docs/permissions.md').split(`\n${heading}\n`)[1]?.split(/\n##/)[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const enough = (need: string): boolean => {
  const [name = '', level] = need.split(': ');
  const held = asked.default_permissions[name];
  return held === 'write' || held === level;
};

describe('the calls in the sources', () => {
  test('are found', () => {
    const found = calls().map(({ call }) => call);
    expect(found).toContain('POST /repos/{owner}/{repo}/pulls');
    expect(found).toContain('GET /repositories/{id}');
    expect(found).toContain('GET /app/hook/deliveries');
  });

  test('are allowed by what app.yml asks for', () => {
    for (const { call, path } of calls()) {
      const needs = endpoints[call];
      expect(needs, `${path}: add ${call} to test/fixtures/endpoint-permissions.json`).not.toBeUndefined();
      if (needs) expect(needs.some(enough), `${path}: ${call} needs ${needs.join(' or ')}`).toBe(true);
    }
  });

  test('are ones that an App may make: as itself with its JWT, or as an installation', () => {
    const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
    const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
      paths: Record<string, Record<string, Described>>;
    };
    for (const [call, needs] of Object.entries(endpoints)) {
      const [method = '', template = ''] = call.split(' ');
      // GitHub serves it, and leaves it out of its description.
      if (call === 'GET /repositories/{id}') continue;
      const described = paths[template]?.[method.toLowerCase()];
      expect(described, call).toBeDefined();
      if (needs === null) expect(described?.description, call).toContain('JWT');
      else expect(described?.['x-github'].enabledForGitHubApps, call).toBe(true);
    }
  });

  test('of GraphQL are the ones known here, with what they need', () => {
    const found = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/\.graphql(?:<[^(]*>)?\(\s*(\w+)/g)].map(([, query]) => `${path}: ${query}`),
    );
    expect(found.toSorted()).toEqual(Object.keys(table.graphql).toSorted());
    for (const needs of Object.values(table.graphql)) expect(needs.filter(enough)).toEqual(needs);
  });

  test('nothing is asked for that the page does not explain as used or to come', () => {
    const used = new Set(
      calls().flatMap(({ call }) => endpoints[call]?.filter(enough).map((need) => need.split(':')[0]) ?? []),
    );
    for (const [name, , , today] of rows('## Permissions')) {
      expect(used.has(name ?? ''), `docs/permissions.md says of ${name}: used today: ${today}`).toBe(
        today === 'yes',
      );
    }
  });
});

describe('tokens for git', () => {
  test('ask for nothing beyond app.yml, but the workflows that an operator adds', () => {
    const names = [
      ...read('src/github/tokens.ts').matchAll(
        /(contents|workflows|issues|metadata|pull_requests|checks|actions): '(read|write)'/g,
      ),
    ].map(([all]) => all.replaceAll("'", ''));
    expect(names.toSorted()).toEqual(['contents: read', 'contents: write', 'workflows: write']);
    expect(names.filter((need) => !enough(need))).toEqual(['workflows: write']);
  });
});

describe('events', () => {
  const heard = [...subscribedEvents(createApp({} as never))];

  test('that the code listens to are subscribed', () => {
    expect(heard).toContain('issues');
    expect(heard.filter((event) => !asked.default_events.includes(event) && !always.includes(event))).toEqual(
      [],
    );
  });

  test('that GitHub sends anyway are not listed', () => {
    expect(asked.default_events.filter((event) => always.includes(event))).toEqual([]);
  });

  test('are those of the page, each with what it is used for today', () => {
    expect(rows('## Events').map(([event]) => event)).toEqual(asked.default_events);
    for (const [event, , today] of rows('## Events')) {
      expect(heard.includes(event ?? ''), `docs/permissions.md says of ${event}: used today: ${today}`).toBe(
        today === 'yes',
      );
    }
  });
});

test('permissions are those of the page', () => {
  expect(rows('## Permissions').map(([name, level]) => [name, level])).toEqual(
    Object.entries(asked.default_permissions),
  );
});

/** Each later permission has to be accepted by an owner of every installation, so the whole plan is asked for at once. */
describe('the plan', () => {
  const plan: [string, string[], string[]][] = [
    ['projects', ['organization_projects: write'], ['projects_v2_item']],
    ['checks with buttons', ['checks: write'], ['check_run', 'check_suite']],
    [
      'reviews',
      ['pull_requests: write'],
      ['pull_request_review', 'pull_request_review_comment', 'pull_request_review_thread'],
    ],
    ['merging', ['contents: write', 'pull_requests: write'], ['pull_request', 'push', 'delete']],
    ['the merge queue', ['merge_queues: read'], ['merge_group']],
    [
      'dependencies, sub-issues, issue types',
      ['issues: write'],
      ['issue_dependencies', 'sub_issues', 'issues'],
    ],
    ['logs of CI', ['actions: read'], ['workflow_run']],
    ['commit statuses', ['statuses: read'], ['status']],
  ];
  test.each(plan)('asks now for what %s need', (_, permissions, events) => {
    expect(permissions.filter((need) => !enough(need))).toEqual([]);
    expect(events.filter((event) => !asked.default_events.includes(event))).toEqual([]);
  });

  test('has a reason for every line', () => {
    for (const [name, , why] of rows('## Permissions')) expect(why?.length, name).toBeGreaterThan(20);
    for (const [name, why] of rows('## Events')) expect(why?.length, name).toBeGreaterThan(20);
  });
});

test('workflows and administration are not asked for', () => {
  for (const name of ['workflows', 'administration', 'members', 'secrets']) {
    expect(asked.default_permissions).not.toHaveProperty(name);
  }
});
