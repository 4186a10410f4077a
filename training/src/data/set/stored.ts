/**
 * The prepared cache: `<cacheDir>/<key>/data.bin`, the images one after the other as uint8 [C, H, W], `beside.bin`, their masks or
 * pictures beside them if there are some, and `index.json`.
 * A folder gets its name only when it is complete. Reading checks it, so a damaged one is prepared again.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Skipped } from '@onnoise/base/folders';
import type { ImageOptions, Levels } from '@onnoise/base/pictures';
import type { StoredBeside } from './beside-writer.ts';

/** Part of every key: a higher number retires all older caches. */
const FORMAT = 6;

export const DATA_FILE = 'data.bin';
export const BESIDE_FILE = 'beside.bin';
export const INDEX_FILE = 'index.json';

/** The content of `index.json`. */
export interface StoredIndex {
  format: number;
  /** See `Dataset.hash`. */
  hash: string;
  /** SHA-256 (hex) of data.bin. */
  dataHash: string;
  count: number;
  channels: number;
  /** See `Dataset.channelNames`; where the source does not know them. */
  channelNames?: string[];
  /** How many images had colour when they were read. */
  coloured: number;
  /** Channels were chosen and files were left out, perhaps for their colour. */
  chosen?: true;
  /** Bits of a value; absent for 8. */
  depth?: 16;
  height: number;
  width: number;
  labels?: number[];
  classNames?: string[];
  /** See `Dataset.conditions`. */
  conditions?: { names: string[]; values: number[] };
  /** What lies beside the images, with the SHA-256 (hex) of beside.bin. */
  beside?: StoredBeside & { dataHash: string };
  /** [count], equal for images that are held out together; absent where each is for itself. */
  groups?: number[];
  /** See `Dataset.levels`. */
  levels?: Levels;
  /** See `Dataset.pixelSpacing`. */
  pixelSpacing?: number;
  /** See `Dataset.phantoms`. */
  phantoms?: number;
  skipped: Skipped[];
  notes: string[];
}

export interface Stored {
  folder: string;
  index: StoredIndex;
  /** [count, C, H, W], when it is held in memory. */
  data?: Uint8Array;
  /** [count, K, H, W] of what lies beside, when it is held in memory. */
  beside?: Uint8Array;
}

/**
 * The name of a cache folder: a hash of the source's identity and of everything that shapes the pixels. `channels` are
 * the final ones, so detected and requested channels share a cache.
 */
export function cacheKey(identity: string, options: ImageOptions, channels: number): string {
  const { size, depth = 8, fit, background, window = null, frames = null, axis = null } = options;
  // Only where they were given, so that other sets keep their key.
  const chosen = [window, frames, axis].some((choice) => choice !== null) ? [window, frames, axis] : [];
  const deep = depth === 16 ? [depth] : [];
  const key = JSON.stringify([FORMAT, identity, size, channels, fit, background, ...chosen, ...deep]);
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/** Completes an index with its hashes. */
export async function sealIndex(
  folder: string,
  {
    beside,
    ...index
  }: Omit<StoredIndex, 'format' | 'hash' | 'dataHash' | 'beside'> & {
    beside?: StoredBeside | undefined;
  },
): Promise<StoredIndex> {
  const dataHash = await fileHash(join(folder, DATA_FILE));
  const sealed = beside && { beside: { ...beside, dataHash: await fileHash(join(folder, BESIDE_FILE)) } };
  const whole = { ...index, ...sealed };
  return { format: FORMAT, hash: hashOf(whole, dataHash), dataHash, ...whole };
}

async function fileHash(path: string): Promise<string> {
  const sha = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) sha.update(chunk);
  return sha.digest('hex');
}

function hashOf(index: Omit<StoredIndex, 'format' | 'hash' | 'dataHash'>, dataHash: string): string {
  const { count, channels, height, width, labels, classNames, conditions } = index;
  const content: unknown[] = [count, channels, height, width, labels ?? null, classNames ?? null, dataHash];
  // Only where there are some, so that the other sets keep their hash.
  if (conditions) content.push(conditions);
  if (index.depth) content.push(index.depth);
  if (index.beside) content.push(index.beside);
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/**
 * Finds prepared images. Without `channels` in the options that is the gray set if no image had colour, else the RGB
 * set. Undefined if there is no complete one.
 */
export function findStored(
  cacheDir: string,
  identity: string,
  options: ImageOptions,
  memoryLimit: number,
): Stored | undefined {
  for (const channels of options.channels === undefined ? ([1, 3] as const) : [options.channels]) {
    const stored = loadStored(join(cacheDir, cacheKey(identity, options, channels)), memoryLimit, options);
    if (stored) return stored;
  }
  return undefined;
}

/** Channels that were not chosen depend on what all files show. */
const suits = ({ channels, coloured, chosen }: StoredIndex, options: ImageOptions): boolean =>
  options.channels !== undefined || (coloured > 0 ? channels === 3 : channels === 1 && !chosen);

/**
 * Reads a cache folder. Undefined if it is missing, incomplete or unsuitable: the index must be intact, and data.bin
 * must have its length, and its hash if it is held in memory (up to `memoryLimit` bytes).
 */
export function loadStored(folder: string, memoryLimit: number, options: ImageOptions): Stored | undefined {
  try {
    const index = JSON.parse(readFileSync(join(folder, INDEX_FILE), 'utf8')) as StoredIndex;
    const { count, channels, height, width, dataHash } = index;
    const plane = height * width;
    if (index.format !== FORMAT || index.hash !== hashOf(index, dataHash) || !suits(index, options)) return undefined;
    const files = [
      { key: 'data', name: DATA_FILE, bytes: (count * channels * plane * (index.depth ?? 8)) / 8, hash: dataHash },
      ...(index.beside
        ? [
            {
              key: 'beside',
              name: BESIDE_FILE,
              bytes: count * index.beside.channels * plane,
              hash: index.beside.dataHash,
            },
          ]
        : []),
    ];
    const held: Pick<Stored, 'data' | 'beside'> = {};
    for (const { key, name, bytes, hash } of files) {
      const path = join(folder, name);
      if (statSync(path).size !== bytes) return undefined;
      if (bytes > memoryLimit) continue;
      const data = readFileSync(path);
      if (createHash('sha256').update(data).digest('hex') !== hash) return undefined;
      held[key as keyof typeof held] = data;
    }
    return { folder, index, ...held };
  } catch {
    return undefined; // missing, unreadable or not JSON: prepared again in any case
  }
}
