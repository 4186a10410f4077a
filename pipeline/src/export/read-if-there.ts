import { readFile } from 'node:fs/promises';

/** The file's bytes. undefined: it cannot be read. */
export const readIfThere = (path: string): Promise<Uint8Array | undefined> => readFile(path).catch(() => undefined);
