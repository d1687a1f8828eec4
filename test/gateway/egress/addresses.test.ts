/** The address rules: a closed list of what is public, whatever dress an address comes in. */
import { expect, test } from 'vitest';
import { type Reach, reachOf } from '#src/gateway/egress/addresses.ts';
import { resolveHost } from '#src/gateway/egress/resolve.ts';

test.each<[string, Reach]>([
  ['8.8.8.8', 'public'],
  ['140.82.121.4', 'public'],
  ['2606:4700::1111', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['64:ff9b::808:808', 'public'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['127.0.0.1', 'private'],
  ['127.255.255.254', 'private'],
  ['::1', 'private'],
  ['::ffff:127.0.0.1', 'private'],
  ['::ffff:7f00:1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['0.0.0.0', 'never'],
  ['0.1.2.3', 'never'],
  ['::', 'never'],
  ['169.254.169.254', 'never'],
  ['169.254.0.1', 'never'],
  ['::ffff:169.254.169.254', 'never'],
  ['64:ff9b::a9fe:a9fe', 'never'],
  ['64:ff9b::7f00:1', 'never'],
  ['64:ff9b::a00:1', 'never'],
  ['64:ff9b:1::808:808', 'never'],
  ['fe80::1', 'never'],
  ['fe80::1%eth0', 'never'],
  ['febf::1', 'never'],
  ['fec0::1', 'never'],
  ['fd00:ec2::254', 'never'],
  ['fd20:ce::254', 'never'],
  ['100.100.100.200', 'never'],
  ['::ffff:100.100.100.200', 'never'],
  ['192.0.0.192', 'never'],
  ['168.63.129.16', 'never'],
  ['224.0.0.1', 'never'],
  ['255.255.255.255', 'never'],
  ['240.0.0.1', 'never'],
  ['192.0.2.1', 'never'],
  ['198.18.0.1', 'never'],
  ['198.51.100.1', 'never'],
  ['203.0.113.1', 'never'],
  ['ff02::1', 'never'],
  ['2001:db8::1', 'never'],
  ['2002:7f00:1::', 'never'],
  ['2002:808:808::', 'never'],
  ['2001:0:1::1', 'never'],
  ['::7f00:1', 'never'],
  ['::127.0.0.1', 'never'],
  ['::8.8.8.8', 'never'],
  ['64:ff9b::8.8.8.8', 'public'],
  ['4000::1', 'never'],
  ['100::1', 'never'],
  ['not an address', 'never'],
  ['', 'never'],
])('%s is %s', (address, reach) => {
  expect(reachOf(address)).toBe(reach);
});

const lookup =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

test('one bad address spoils a name, and the operator can open private ones only', async () => {
  const kind = async (privately: boolean, ...addresses: string[]) =>
    (await resolveHost('name.example', privately, lookup(...addresses))).kind;
  expect(await kind(false, '8.8.8.8', '2606:4700::1111')).toBe('addresses');
  expect(await kind(false, '8.8.8.8', '10.0.0.1')).toBe('not_public');
  expect(await kind(true, '8.8.8.8', '10.0.0.1')).toBe('addresses');
  expect(await kind(true, '10.0.0.1', '169.254.169.254')).toBe('not_public');
  expect(await kind(true)).toBe('unknown');
});

test('a literal address is not looked up', async () => {
  const never = async () => Promise.reject(new Error('asked'));
  expect(await resolveHost('8.8.8.8', false, never)).toEqual({ kind: 'addresses', addresses: ['8.8.8.8'] });
  expect(await resolveHost('::1', false, never)).toEqual({ kind: 'not_public', addresses: ['::1'] });
  expect(await resolveHost('name.example', false, never)).toEqual({ kind: 'unknown', reason: 'asked' });
});
