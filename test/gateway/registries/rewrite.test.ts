/** Addresses in the pages of registries. */
import { expect, test } from 'vitest';
import type { Registry } from '#src/core/registry.ts';
import { isPage, rewritePage } from '#src/gateway/registries/rewrite.ts';

const registry = (type: Registry['type'], url: string): Registry => ({
  name: 'acme',
  type,
  url,
  repositories: ['*/*'],
  scopes: [],
  index: 'simple/',
  extra: false,
});
const socket = 'http://127.0.0.1:4000';

test('the files of an npm package, all versions or one', () => {
  const page = {
    registry: registry('npm', 'https://npm.example/npm/'),
    url: new URL('https://npm.example/npm/w'),
    contentType: 'application/vnd.npm.install-v1+json; charset=utf-8',
    socket,
  };
  expect(isPage(page.registry, page.contentType)).toBe(true);
  const document = {
    name: 'w',
    dist: { tarball: 'https://npm.example/npm/w/-/w-1.tgz', shasum: 'x' },
    versions: {
      '1': { dist: { tarball: 'https://npm.example/npm/w/-/w-1.tgz' } },
      '2': { dist: { tarball: 'http://npm.example/npm/w/-/w-2.tgz' } },
      '3': { dist: { tarball: 'https://cdn.example/w-3.tgz' } },
      '4': { dist: { tarball: 'https://npm.example/elsewhere/w-4.tgz' } },
      '5': { dist: {} },
      '6': null,
    },
    readme: 'https://npm.example/npm/w/-/w-1.tgz',
  };
  const read = JSON.parse(rewritePage(page, JSON.stringify(document)));
  expect(read.dist).toEqual({ tarball: `${socket}/registries/acme/w/-/w-1.tgz`, shasum: 'x' });
  const tarballs = Object.values(read.versions).map(
    (one) => (one as { dist: { tarball: string } })?.dist?.tarball,
  );
  expect(tarballs).toEqual([
    `${socket}/registries/acme/w/-/w-1.tgz`,
    `${socket}/registries/acme/w/-/w-2.tgz`,
    'https://cdn.example/w-3.tgz',
    'https://npm.example/elsewhere/w-4.tgz',
    undefined,
    undefined,
  ]);
  expect(read.readme).toBe(document.readme);
  for (const odd of ['[]', 'null', '"x"', '{"versions":[]}']) expect(rewritePage(page, odd)).toBe(odd);
  expect(() => rewritePage(page, '<html>')).toThrow(SyntaxError);
});

test('the files of a PyPI page', () => {
  const page = {
    registry: registry('pypi', 'https://py.example/api/pypi/'),
    url: new URL('https://py.example/api/pypi/simple/w/'),
    contentType: 'text/html; charset=utf-8',
    socket,
  };
  const html = [
    '<!DOCTYPE html><a href="../../packages/w-1.whl#sha256=ab" data-requires-python="&gt;=3">w-1</a>',
    "<A class=x HREF='/api/pypi/packages/w-2.whl?a=1&amp;b=2'>w-2</A>",
    '<a href="https://files.example/w-3.whl">w-3</a>',
    '<a href="/elsewhere/w-4.whl">w-4</a>',
  ].join('\n');
  const read = rewritePage(page, html);
  expect(read).toContain(
    `href="${socket}/registries/acme/packages/w-1.whl#sha256=ab" data-requires-python="&gt;=3"`,
  );
  expect(read).toContain(`HREF="${socket}/registries/acme/packages/w-2.whl?a=1&amp;b=2"`);
  expect(read).toContain('href="https://files.example/w-3.whl"');
  expect(read).toContain('href="https://py.example/elsewhere/w-4.whl"');
  const based = rewritePage(page, '<base href="https://py.example/api/pypi/files/"><a href="w-5.whl">w</a>');
  expect(based).toBe(`<a href="${socket}/registries/acme/files/w-5.whl">w</a>`);
  const json = { ...page, contentType: 'application/vnd.pypi.simple.v1+json' };
  const files = [{ url: '../../packages/w-1.whl' }, { url: 'https://files.example/x' }, {}];
  expect(JSON.parse(rewritePage(json, JSON.stringify({ files }))).files).toEqual([
    { url: `${socket}/registries/acme/packages/w-1.whl` },
    { url: 'https://files.example/x' },
    {},
  ]);
});

test('other things are no pages', () => {
  expect(isPage(registry('npm', 'https://x/'), 'application/octet-stream')).toBe(false);
  expect(isPage(registry('pypi', 'https://x/'), 'application/zip')).toBe(false);
  expect(isPage(registry('maven', 'https://x/'), 'text/html')).toBe(false);
  expect(isPage(registry('generic', 'https://x/'), 'application/json')).toBe(false);
});
