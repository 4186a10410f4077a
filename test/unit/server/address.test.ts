import { describe, expect, it } from 'vitest';
import { clientOf, senderOf, trustedProxies } from '#server/options/address.ts';

describe('clientOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['2001:0db8:0000::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['2001:db8::192.0.2.7', '2001:db8:0:0::/64'],
    ['', ''],
  ])('%s is %s', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });
});

describe('senderOf', () => {
  const proxies = trustedProxies('start', 'trustProxy', ['10.0.0.0/8', '2001:db8::1', 'loopback']);
  it.each([
    ['192.0.2.7', '1.2.3.4', '192.0.2.7'], // no proxy of ours
    ['10.1.2.3', undefined, '10.1.2.3'],
    ['10.1.2.3', '1.2.3.4', '1.2.3.4'],
    ['::ffff:10.1.2.3', '1.2.3.4', '1.2.3.4'],
    ['10.1.2.3', '6.6.6.6, 1.2.3.4', '1.2.3.4'], // the client's own header comes first
    ['10.1.2.3', '6.6.6.6, 1.2.3.4, 10.9.9.9', '1.2.3.4'],
    ['2001:db8::1', '[2001:db8:5::7]:443', '2001:db8:5::7'],
    ['127.0.0.1', '1.2.3.4:5678', '1.2.3.4'],
    ['10.1.2.3', `${'x'.repeat(3000)}`, '10.1.2.3'],
    ['10.1.2.3', '1.2.3.4, <script>', '10.1.2.3'],
    ['10.1.2.3', '1.2.3.4, 999.1.1.1', '10.1.2.3'],
    ['10.1.2.3', '1.2.3.4,', '10.1.2.3'],
    ['10.1.2.3', '', '10.1.2.3'],
  ])('of %s with %j is %s', (remote, forwarded, sender) => {
    expect(senderOf(remote, forwarded, proxies)).toBe(sender);
  });

  it.each(['10.0.0.0/33', '10.0.0', 'proxy', '10.0.0.1/8/8', '::1/129', '10.0.0.1/'])('no proxy is %j', (address) => {
    expect(() => trustedProxies('start', 'trustProxy', [address])).toThrow(
      'Cannot start: trustProxy[0] must be an address',
    );
  });
});
