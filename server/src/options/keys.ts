/** API keys: reads them, and finds the key of a request. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { diskRefusal, InputError } from '@onnoise/scheduler/rules';

const SHORTEST = 16;

/**
 * Reads keys from a file, one per line; empty lines and those that begin with `#` do not count.
 * @throws InputError if it cannot be read, or has no key, or a key that is short or has spaces. Keys are never shown.
 */
export async function readApiKeys(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    const refusal = diskRefusal(error);
    if (refusal?.fault !== 'path') throw error;
    throw new InputError(`Cannot read API keys: ${path} must be a file that can be read, ${refusal.reason}.`);
  });
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0)
    throw new InputError(`Cannot read API keys: ${path} must hold one key per line, received none.`);
  for (const key of keys) {
    const fault = keyFault(key);
    if (fault === undefined) continue;
    const { rule, received } = fault;
    const line = lines.indexOf(key) + 1;
    throw new InputError(
      `Cannot read API keys: ${path} must hold keys of ${rule}, received ${received}, line ${line}.`,
    );
  }
  return keys;
}

/** What is wrong with a key, without the key; undefined for a valid one. */
export function keyFault(key: unknown): { rule: string; received: string } | undefined {
  if (typeof key === 'string' && key.length >= SHORTEST && /^[\x21-\x7e]*$/.test(key)) return undefined;
  const rule = `${SHORTEST} or more printable characters without spaces`;
  return { rule, received: typeof key === 'string' ? `one of ${key.length}` : `a ${typeof key}` };
}

/**
 * Finds the key in a request's header, in a time that does not depend on how much of it is right: it compares digests,
 * and compares every key.
 *
 * @returns a short name for limits and logs that does not reveal the key; undefined for a wrong or missing key.
 */
export function createKeyCheck(keys: readonly string[]): (authorization: string | undefined) => string | undefined {
  const digests = keys.map(digest);
  return (authorization) => {
    const given = digest(/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
    let found: string | undefined;
    for (const [i, known] of digests.entries()) if (timingSafeEqual(known, given)) found = `key ${i + 1}`;
    return found;
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
