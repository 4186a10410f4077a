/**
 * The prepared cache: `<cacheDir>/<key>/data.bin`, the images one after the other as uint8 [C, H, W], and `index.json`.
 * A folder appears under its name only when it is complete. Reading checks it, so a damaged one is prepared again.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageOptions, Skipped } from './types.ts';

/** Part of every key: a higher number makes all caches of before unused. */
const FORMAT = 1;

export const DATA_FILE = 'data.bin';
export const INDEX_FILE = 'index.json';

/** What `index.json` holds. */
export interface StoredIndex {
  format: number;
  /** See `Dataset.hash`. */
  hash: string;
  /** SHA-256 (hex) of data.bin. */
  dataHash: string;
  count: number;
  channels: 1 | 3;
  height: number;
  width: number;
  labels?: number[];
  classNames?: string[];
  skipped: Skipped[];
  notes: string[];
}

/** The name of the cache folder: a hash of the source's identity and of all that shapes the pixels. */
export function cacheKey(identity: string, options: ImageOptions): string {
  const { size, channels, fit, background } = options;
  const key = JSON.stringify([FORMAT, identity, size, channels ?? 'auto', fit, background]);
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/** Completes an index with its hashes. */
export async function sealIndex(
  folder: string,
  index: Omit<StoredIndex, 'format' | 'hash' | 'dataHash'>,
): Promise<StoredIndex> {
  const sha = createHash('sha256');
  for await (const chunk of createReadStream(join(folder, DATA_FILE), { highWaterMark: 1 << 20 })) sha.update(chunk);
  const dataHash = sha.digest('hex');
  return { format: FORMAT, hash: hashOf(index, dataHash), dataHash, ...index };
}

function hashOf(index: Omit<StoredIndex, 'format' | 'hash' | 'dataHash'>, dataHash: string): string {
  const { count, channels, height, width, labels, classNames } = index;
  const content = JSON.stringify([count, channels, height, width, labels ?? null, classNames ?? null, dataHash]);
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Reads a cache folder. Undefined when it is not there or not whole: the index must be the one that was written, and data.bin
 * must have its length, and its hash when it is held in memory (up to `memoryLimit` bytes; then `data` is given).
 */
export function loadStored(folder: string, memoryLimit: number): { index: StoredIndex; data?: Uint8Array } | undefined {
  try {
    const index = JSON.parse(readFileSync(join(folder, INDEX_FILE), 'utf8')) as StoredIndex;
    const { count, channels, height, width, dataHash } = index;
    const bytes = count * channels * height * width;
    const path = join(folder, DATA_FILE);
    if (index.format !== FORMAT || index.hash !== hashOf(index, dataHash)) return undefined;
    if (statSync(path).size !== bytes) return undefined;
    if (bytes > memoryLimit) return { index };
    const data = readFileSync(path);
    return createHash('sha256').update(data).digest('hex') === dataHash ? { index, data } : undefined;
  } catch {
    return undefined; // missing, unreadable or no JSON: all the same here, it is prepared again
  }
}
