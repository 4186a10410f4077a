/** The client behind an address, and the address behind proxies. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { refuse } from '@onnoise/scheduler/rules';

/**
 * The address itself, or the /64 network of an IPv6 address: a provider gives a customer a whole /64, so one client
 * could use a new address for every request.
 */
export function clientOf(address: string): string {
  const [bare = ''] = unmapped(address).split('%');
  if (!isIPv6(bare)) return bare;
  const [head = '', tail = ''] = bare.toLowerCase().split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':'));
  const missing = 8 - parts(head).length - parts(tail).length - (tail.includes('.') ? 1 : 0);
  const all = bare.includes('::')
    ? [...parts(head), ...new Array<string>(missing).fill('0'), ...parts(tail)]
    : parts(bare);
  const network = all.slice(0, 4).map((part) => Number.parseInt(part, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** The proxies whose X-Forwarded-For counts. */
export interface TrustedProxies {
  has(address: string): boolean;
}

/** Names of networks that no request from the internet comes from. */
const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fe80::/10', '169.254.0.0/16'],
};

/** @param given addresses, networks such as 10.0.0.0/8, `loopback` or `private`. @throws InputError for anything else */
export function trustedProxies(action: string, name: string, given: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const [i, one] of given.entries()) {
    for (const network of NETWORKS[one] ?? [one]) {
      const [address = '', bits, ...more] = network.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      const most = family === 'ipv6' ? 128 : 32;
      const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
      if (isIP(address) === 0 || !(prefix <= most) || more.length > 0) {
        refuse(action, `${name}[${i}]`, 'an address, a network such as 10.0.0.0/8, loopback or private', one);
      }
      list.addSubnet(address, prefix, family);
    }
  }
  return {
    has(address) {
      const [bare = ''] = address.split('%');
      return isIP(bare) !== 0 && list.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
    },
  };
}

/** Most proxies in a row. */
const HOPS = 16;

/**
 * Who sent a request: the address of the connection, or where that is a trusted proxy the one that it names in
 * X-Forwarded-For, and so on. What is no address ends the search, so that a client cannot choose its name.
 */
export function senderOf(remote: string, forwarded: string | undefined, proxies: TrustedProxies): string {
  let sender = unmapped(remote);
  const hops = (forwarded ?? '').split(',').slice(-HOPS).reverse();
  for (const hop of hops) {
    const next = addressIn(hop.trim());
    if (!proxies.has(sender) || next === undefined) break;
    sender = next;
  }
  return sender;
}

/** An address that may have a port: `1.2.3.4:80`, `[::1]:80`. */
function addressIn(text: string): string | undefined {
  const bare = /^\[(.+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? undefined : unmapped(bare);
}

/** An IPv4 address that a socket for both kinds shows as IPv6. */
const unmapped = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
