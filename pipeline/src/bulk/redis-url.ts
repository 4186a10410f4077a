/** The typed address of a queue: `redis://user:password@host:6379/0`, or `rediss://` over TLS. */
import { refuse } from '@onnoise/scheduler/rules';

export interface QueueAddress {
  /** As ioredis wants it. */
  connection: {
    host: string;
    port: number;
    db: number;
    username?: string;
    password?: string;
    tls?: { servername: string };
  };
  /** The address without user and password, safe to show. */
  shown: string;
}

const RULE = 'redis://host:port, or rediss:// over TLS, with user:password@ before the host and /database behind it';

/**
 * Parses an address. It refuses queries and fragments, which ioredis would ignore or take for settings.
 * @param flag the option that it came by
 * @throws InputError that does not show the password.
 */
export function parseQueueUrl(text: unknown, flag = '--queue'): QueueAddress {
  const wrong = (): never => refuse('use the queue', flag, RULE, hideSecrets(text));
  if (typeof text !== 'string' || !URL.canParse(text)) return wrong();
  const { protocol, hostname, port, pathname, username, password, search, hash } = new URL(text);
  const database = /^\/?(\d*)$/.exec(pathname)?.[1];
  if ((protocol !== 'redis:' && protocol !== 'rediss:') || hostname === '' || database === undefined) return wrong();
  if (search !== '' || hash !== '') return wrong();
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379), db: Number(database) };
  try {
    return {
      connection: {
        ...address,
        ...(username !== '' && { username: decodeURIComponent(username) }),
        ...(password !== '' && { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' && { tls: { servername: address.host } }),
      },
      shown: `${protocol}//${hostname}:${address.port}${address.db === 0 ? '' : `/${address.db}`}`,
    };
  } catch {
    return wrong(); // a stray %
  }
}

/** The part before an @ may be a password. */
function hideSecrets(text: unknown): unknown {
  return typeof text === 'string' ? text.replace(/^([a-z]*:\/\/)?.*@/i, '$1***@') : text;
}
