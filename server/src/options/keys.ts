/** API keys and what each may do: reads them, and finds the key of a request. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { diskRefusal, InputError, integer, oneOf, type Rule, rule, show } from '@onnoise/scheduler/rules';

export interface ApiKey {
  /** 16 or more printable characters without spaces. */
  key: string;
  /** For jobs, limits, metrics and logs. Default: `key` and the first digits of its SHA-256. */
  name?: string | undefined;
  /** Requests a minute; 0: no limit. Default: the server's. */
  rate?: number | undefined;
  /** Most network calls per image. Default: the server's, which is a limit, too. */
  maxSteps?: number | undefined;
  /** Most images per request. Default: the server's, which is a limit, too. */
  maxImages?: number | undefined;
  /** Most pictures per job. Default: the server's, which is a limit, too. */
  maxJobImages?: number | undefined;
  /** Places in a batch for one of a client of priority 1, 1 to 100. Default: 1. */
  priority?: number | undefined;
  /** `all`: `/metrics` tells it the numbers of all clients. Default: its own alone. */
  metrics?: 'all' | undefined;
}

const ACTION = 'read API keys';
const SHORTEST = 16;

/** What may stand behind a key in a file, by its name there. */
const FIELDS = {
  name: { field: 'name', rule: rule('1 to 64 letters, digits, dots, dashes or underscores', isName) },
  rate: { field: 'rate', rule: integer(0, 1_000_000_000) },
  'max-steps': { field: 'maxSteps', rule: integer(1, 1_000_000) },
  'max-images': { field: 'maxImages', rule: integer(1, 1_000_000) },
  'max-job-images': { field: 'maxJobImages', rule: integer(1, 1_000_000_000) },
  priority: { field: 'priority', rule: integer(1, 100) },
  metrics: { field: 'metrics', rule: oneOf(['all']) },
} as const satisfies Record<string, { field: keyof ApiKey; rule: Rule<unknown> }>;

function isName(value: unknown): boolean {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value);
}

/**
 * Reads keys from a file, one per line, each with its limits if it has any: `<key> name=lab rate=60 max-images=4`. Empty lines
 * and those that begin with `#` do not count.
 * @throws InputError if it cannot be read, has no key, or a wrong one. Keys are never shown.
 */
export async function readApiKeys(path: string): Promise<ApiKey[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    const refusal = diskRefusal(error);
    if (refusal?.fault !== 'path') throw error;
    throw new InputError(`Cannot ${ACTION}: ${path} must be a file that can be read, ${refusal.reason}.`);
  });
  const keys: ApiKey[] = [];
  const places: string[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim();
    if (words === '' || words.startsWith('#')) continue;
    places.push(`line ${i + 1} of ${path}`);
    keys.push(readLine(words, places.at(-1)!));
  }
  if (keys.length === 0) throw new InputError(`Cannot ${ACTION}: ${path} must hold one key per line, received none.`);
  checkApiKeys(ACTION, keys, (i) => places[i]!);
  return keys;
}

function readLine(line: string, place: string): ApiKey {
  const [key = '', ...fields] = line.split(/\s+/);
  const found: Record<string, unknown> = { key };
  for (const text of fields) {
    const [name = '', value] = text.split(/=(.*)/);
    // What stands there may be a part of a key: it is not shown.
    const names = Object.keys(FIELDS).map((one) => `${one}=`);
    const rule = `a key alone, or with ${names.join(', ')} behind it, each once`;
    if (!Object.hasOwn(FIELDS, name) || value === undefined) refuseKey(ACTION, place, rule);
    const { field } = FIELDS[name as keyof typeof FIELDS];
    if (field in found) refuseKey(ACTION, place, rule);
    found[field] = field !== 'name' && /^\d+$/.test(value) ? Number(value) : value;
  }
  return found as unknown as ApiKey;
}

/**
 * @param placeOf where a key stands
 * @throws InputError for a key that is short or has spaces, a limit out of range, and for two of one name or key
 */
export function checkApiKeys(action: string, keys: readonly ApiKey[], placeOf: (i: number) => string): void {
  const [names, known] = [new Set<string>(), new Set<string>()];
  for (const [i, one] of keys.entries()) {
    const fault = keyFault(one.key);
    if (fault) refuseKey(action, placeOf(i), fault.rule, fault.received);
    for (const [name, { field, rule }] of Object.entries(FIELDS)) {
      const value = one[field];
      if (value !== undefined && !rule.holds(value))
        refuseKey(action, `${name} of ${placeOf(i)}`, rule.words, show(value));
    }
    const name = nameOf(one);
    if (known.has(one.key)) refuseKey(action, placeOf(i), 'another key than those before');
    if (names.has(name)) refuseKey(action, placeOf(i), 'a key of another name than those before', show(name));
    names.add(name);
    known.add(one.key);
  }
}

function refuseKey(action: string, place: string, rule: string, received?: string): never {
  throw new InputError(
    `Cannot ${action}: ${place} must be ${rule}${received === undefined ? '' : `, received ${received}`}.`,
  );
}

/** What is wrong with a key, without the key; undefined for a valid one. */
function keyFault(key: unknown): { rule: string; received: string } | undefined {
  if (typeof key === 'string' && key.length >= SHORTEST && /^[\x21-\x7e]*$/.test(key)) return undefined;
  const rule = `${SHORTEST} or more printable characters without spaces`;
  return { rule, received: typeof key === 'string' ? `one of ${key.length}` : `a ${typeof key}` };
}

/** Digits of a key's digest in its name. */
const DIGITS = 12;

/**
 * A key without a name is called by what it is, not by where it stands: its jobs stay its own when lines come and go. The space
 * keeps it apart from given names.
 */
const nameOf = ({ key, name }: ApiKey) => name ?? `key ${digest(key).toString('hex').slice(0, DIGITS)}`;

/** A key with its name, which does not reveal it. */
export type NamedKey = Omit<ApiKey, 'key' | 'name'> & { name: string };

/**
 * Finds the key in a request's header, in a time that does not depend on how much of it is right: it compares digests,
 * and compares every key.
 */
export function createKeyCheck(keys: readonly ApiKey[]): (authorization: string | undefined) => NamedKey | undefined {
  const known = keys.map(({ key, ...limits }) => ({
    digest: digest(key),
    named: { ...limits, name: nameOf({ key, ...limits }) },
  }));
  return (authorization) => {
    const given = digest(/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
    let found: NamedKey | undefined;
    for (const { digest, named } of known) if (timingSafeEqual(digest, given)) found = named;
    return found;
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
