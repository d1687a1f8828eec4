/** One form for each place, and none for what could be read as two. */
import { describe, expect, test } from 'vitest';
import {
  allowEntry,
  authorityOf,
  canonicalTarget,
  hostAndPort,
  proxyTarget,
} from '#src/core/network/authority.ts';

test.each([
  ['Registry.NPMjs.org:443', 'registry.npmjs.org:443'],
  ['registry.npmjs.org.:443', 'registry.npmjs.org:443'],
  ['XN--MNCHEN-3YA.example:443', 'xn--mnchen-3ya.example:443'],
  ['2130706433:80', '127.0.0.1:80'],
  ['0x7f000001:80', '127.0.0.1:80'],
  ['0X7F.1:80', '127.0.0.1:80'],
  ['0177.0.0.1:80', '127.0.0.1:80'],
  ['127.1:80', '127.0.0.1:80'],
  ['127.0.0.1.:80', '127.0.0.1:80'],
  ['0:80', '0.0.0.0:80'],
  ['0xa9fea9fe:80', '169.254.169.254:80'],
  ['2852039166:80', '169.254.169.254:80'],
  ['[::FFFF:127.0.0.1]:80', '[::ffff:7f00:1]:80'],
  ['[0:0:0:0:0:0:0:1]:80', '[::1]:80'],
  ['[2001:DB8::0001]:443', '[2001:db8::1]:443'],
  ['a.example:00443', 'a.example:443'],
  ['my_host:8080', 'my_host:8080'],
])('%s is %s', (written, canonical) => {
  expect(canonicalTarget(written)).toBe(canonical);
});

const hostile: [string, string][] = [
  ['nothing', ''],
  ['no host', ':443'],
  ['no port', 'host'],
  ['an empty port', 'host:'],
  ['port zero', 'host:0'],
  ['a port beyond', 'host:65536'],
  ['a long port', 'host:000443'],
  ['a port with a space', 'host:4 43'],
  ['a port with a sign', 'host:+443'],
  ['a negative port', 'host:-1'],
  ['a port in hexadecimal', 'host:0x1bb'],
  ['a port in other digits', 'host:４４３'],
  ['a port by name', 'host:https'],
  ['two ports', 'host:443:443'],
  ['user information', 'a@b:443'],
  ['a password', 'user:pw@host:443'],
  ['an empty user', '@host:443'],
  ['an encoded at', 'good.example%40evil.example:443'],
  ['a null byte', 'good.example\0.evil.example:443'],
  ['a null byte at the end', 'good.example\0:443'],
  ['an encoded null byte', 'good.example%00.evil.example:443'],
  ['a line break', 'host\r\nx:443'],
  ['a line feed', 'host\n:443'],
  ['a tab', 'ho\tst:443'],
  ['a space', 'host .example:443'],
  ['a leading space', ' host:443'],
  ['a trailing space', 'host:443 '],
  ['a vertical tab', 'host\v:443'],
  ['a delete', 'host\x7f:443'],
  ['a slash', 'host/path:443'],
  ['a path', 'host:443/path'],
  ['dot segments', 'host/..:443'],
  ['a query', 'host?x:443'],
  ['a fragment', 'evil.example#.good.example:443'],
  ['a backslash', 'a\\b:1'],
  ['a backslash before an at', 'good.example\\@evil.example:443'],
  ['a scheme', 'https://host:443'],
  ['no scheme but slashes', '//host:443'],
  ['an encoded letter', 'h%6Fst:443'],
  ['an encoded dot', 'good%2eexample:443'],
  ['an umlaut', 'hö:443'],
  ['a cyrillic letter', 'gооgle.example:443'],
  ['a full-width dot', 'good．example:443'],
  ['an ideographic dot', 'good。example:443'],
  ['a full-width letter', 'ｇood.example:443'],
  ['a circled number', '①②⑦.0.0.1:80'],
  ['a soft hyphen', 'good\u00ad.example:443'],
  ['a zero-width space', 'good\u200b.example:443'],
  ['text turned around', '\u202eelpmaxe:443'],
  ['punycode of a slash', 'xn--/:443'],
  ['only dots', '..:1'],
  ['one dot', '.:1'],
  ['a leading dot', '.a:1'],
  ['two dots inside', 'a..b:1'],
  ['two dots at the end', 'a..:1'],
  ['a star', '*:443'],
  ['a wildcard', '*.example:443'],
  ['a list', 'a,b:443'],
  ['a semicolon', 'a;b:443'],
  ['a bracket not closed', '[::1:443'],
  ['no brackets', '::1:443'],
  ['brackets around a name', '[host]:443'],
  ['brackets around IPv4', '[127.0.0.1]:443'],
  ['letters that are no digits', '[gg::]:1'],
  ['a zone', '[fe80::1%eth0]:1'],
  ['an encoded zone', '[fe80::1%25eth0]:1'],
  ['a future address', '[v1.x]:1'],
  ['too many groups', '[1:2:3:4:5:6:7:8:9]:1'],
  ['two gaps', '[1::2::3]:1'],
  ['a number beyond', '4294967296:80'],
  ['a part beyond', '256.1.1.1:80'],
  ['too many parts', '999.1.1.1.1.:1'],
  ['an octal that is none', '08.0.0.1:80'],
  ['a long name', `${'a'.repeat(300)}:1`],
];

test.each(hostile)('%s is no target: %j', (_name, written) => {
  expect(canonicalTarget(written)).toBeUndefined();
});

test('there are enough of them', () => {
  expect(new Set(hostile.map(([, written]) => written)).size).toBeGreaterThanOrEqual(60);
});

test.each([
  ['http://Deb.Debian.org/debian?x=1', 'deb.debian.org:80'],
  ['HTTP://deb.debian.org', 'deb.debian.org:80'],
  ['https://a.example/', 'a.example:443'],
  ['http://a.example:8080#x', 'a.example:8080'],
  ['http://a.example\\@evil.example/', 'a.example:80'],
  ['http://u:p@evil.example/', undefined],
  ['ftp://evil.example/', undefined],
  ['http:///evil.example/', undefined],
  ['http://a%2eexample/', undefined],
])('%s is at %s', (target, canonical) => {
  expect(proxyTarget(target)).toBe(canonical);
});

describe('entries of an allow-list', () => {
  test.each([
    ['registry.npmjs.org', 'registry.npmjs.org:443'],
    ['Deb.Debian.org.:80', 'deb.debian.org:80'],
    ['München.example', 'xn--mnchen-3ya.example:443'],
    ['[2001:db8::1]:8443', '[2001:db8::1]:8443'],
    ['203.0.113.7', '203.0.113.7:443'],
    ['*.example.org', undefined],
    ['https://example.org', undefined],
    ['example.org/path', undefined],
    ['user@example.org', undefined],
    ['ex ample.org', undefined],
    ['ö/evil.example', undefined],
    ['ö@evil.example', undefined],
    ['ö\u200b.example', undefined],
    ['', undefined],
  ])('%j is %s', (written, canonical) => {
    expect(allowEntry(written)).toBe(canonical);
  });
});

test('parts and the way back', () => {
  expect(hostAndPort('[2001:db8::1]:8443')).toEqual({ host: '2001:db8::1', port: 8443 });
  expect(hostAndPort('a.example:443')).toEqual({ host: 'a.example', port: 443 });
  expect(authorityOf(new URL('https://A.example/x'))).toBe('a.example:443');
  expect(authorityOf(new URL('http://[::1]:81/x'))).toBe('[::1]:81');
});
