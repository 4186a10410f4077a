/** How many calls a client may make a minute, as `@fastify/rate-limit` counts them over HTTP: in windows of a minute. */
import { Refusal } from '../errors/refusal.ts';

const WINDOW = 60_000;
/** Most clients that are remembered. */
const CLIENTS = 10_000;

/**
 * @param standard calls a minute of a client whose key says nothing else; 0: no limit
 * @returns a function that counts a call. @throws Refusal (429) there
 */
export function createCallLimit(standard: number): (client: string, rate: number | undefined) => void {
  const windows = new Map<string, { until: number; calls: number }>();
  return (client, rate = standard) => {
    if (rate === 0) return;
    const now = Date.now();
    const known = windows.get(client);
    const window = known && known.until > now ? known : { until: now + WINDOW, calls: 0 };
    windows.delete(client);
    windows.set(client, window);
    if (windows.size > CLIENTS) windows.delete(windows.keys().next().value!);
    if (++window.calls <= rate) return;
    throw new Refusal(429, 'rate_limited', `A client may make ${rate} ${rate === 1 ? 'call' : 'calls'} a minute.`, {
      retryAfter: Math.ceil((window.until - now) / 1000),
    });
  };
}
