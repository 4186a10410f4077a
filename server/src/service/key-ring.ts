/**
 * The keys of a server: given once, or those of a file, which is read again when it changes. Wrong keys of one address are
 * slowed down.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { type ApiKey, createKeyCheck, type NamedKey, readApiKeys } from '../options/keys.ts';

export interface KeyRing {
  /** Whether requests need a key. */
  readonly keyed: boolean;
  find(authorization: string | undefined): NamedKey | undefined;
  /** Reads the file again. @throws InputError; then the keys stay as they were. */
  reload(): Promise<void>;
  close(): void;
}

/** Milliseconds between looks at the file. A look follows links, which is how Kubernetes replaces a secret's files. */
const LOOK = 2000;

/** @param onChange hears how reading a changed file went */
export async function createKeyRing(
  { apiKeys, apiKeyFile }: { apiKeys: readonly ApiKey[]; apiKeyFile: string | undefined },
  onChange: (error?: unknown) => void,
): Promise<KeyRing> {
  let find = createKeyCheck(apiKeyFile === undefined ? apiKeys : await readApiKeys(apiKeyFile));
  if (apiKeyFile === undefined) {
    return { keyed: apiKeys.length > 0, find: (given) => find(given), reload: async () => {}, close() {} };
  }
  const reload = async () => {
    find = createKeyCheck(await readApiKeys(apiKeyFile));
  };
  const changed = () => void reload().then(() => onChange(), onChange);
  watchFile(apiKeyFile, { interval: LOOK, persistent: false }, (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) changed();
  });
  return { keyed: true, find: (given) => find(given), reload, close: () => unwatchFile(apiKeyFile) };
}
