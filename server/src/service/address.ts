/** The client behind an address. */
import { isIPv6 } from 'node:net';

/**
 * The address itself, or the /64 network of an IPv6 address: a provider gives a customer a whole /64, so one client
 * could use a new address for every request.
 */
export function clientOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  const [head = '', tail = ''] = bare.toLowerCase().split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':'));
  const missing = 8 - parts(head).length - parts(tail).length - (tail.includes('.') ? 1 : 0);
  const all = bare.includes('::')
    ? [...parts(head), ...new Array<string>(missing).fill('0'), ...parts(tail)]
    : parts(bare);
  const network = all.slice(0, 4).map((part) => Number.parseInt(part, 16).toString(16));
  return `${network.join(':')}::/64`;
}
