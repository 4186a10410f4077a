/** Lets those in who have a key. */
import { Refusal } from '../errors/refusal.ts';
import type { NamedKey } from '../options/keys.ts';
import type { KeyRing } from './key-ring.ts';
import { createWrongKeys } from './wrong-keys.ts';

export interface Gate {
  /**
   * The key of a request.
   * @param address of the client
   * @param authorization `Bearer` and a key
   * @throws Refusal: 401 for a wrong or missing key, 429 for an address that tries keys
   */
  keyOf(address: string, authorization: string | undefined): NamedKey;
}

export function createGate(keys: KeyRing): Gate {
  const wrongKeys = createWrongKeys();
  return {
    keyOf(address, authorization) {
      const wait = wrongKeys.waitOf(address);
      const key = keys.find(authorization);
      if (wait > 0 && !(key && wrongKeys.isKnown(address, key.name))) {
        const sentence = 'Too many wrong keys came from this address: wait before you send another.';
        throw new Refusal(429, 'too_many_wrong_keys', sentence, { retryAfter: wait });
      }
      if (key === undefined) {
        if (authorization !== undefined) wrongKeys.wrong(address);
        const rule = 'Authorization must be Bearer followed by a key of this server';
        throw new Refusal(401, 'invalid_api_key', `Cannot take the request: ${rule}.`);
      }
      wrongKeys.right(address, key.name);
      return key;
    },
  };
}
