/**
 * Trained feature networks on disk: `<cache>/features/<key>.onnx`, one file for all that is known of a network. It is
 * written beside its place and renamed, so two processes may train the same one at once.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '@onnoise/base/files';
import { bytesOf, readOnnxFacts } from '@onnoise/scheduler/model';
import type { Dataset } from '@onnoise/training/data';
import { RECIPE_VERSION, type TrainingLength } from './train.ts';

export interface CacheFacts {
  kind: 'classifier' | 'autoencoder' | 'regressor' | 'segmenter';
  seed: number;
  length: TrainingLength;
  /** Of a regressor: SHA-256 of the numbers that it learns. */
  numbers?: string | undefined;
  /** Of a segmenter: the classes of the masks that it learns, and their SHA-256. */
  masks?: string | undefined;
}

/** SHA-256 of all that decides the network, and the accuracy that is told of it. */
export function cacheKey(dataset: Dataset, { kind, seed, length, numbers, masks }: CacheFacts): string {
  const { hash, channels, height, width, classNames, train, validation } = dataset;
  const facts = {
    recipe: RECIPE_VERSION,
    kind,
    seed,
    length,
    data: hash,
    shape: [channels, height, width],
    classes: classNames,
    train: train.join(),
    validation: validation.join(),
    numbers,
    masks,
  };
  return digestOf(Buffer.from(JSON.stringify(facts)));
}

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const cachePath = (cacheDir: string, key: string): string => join(cacheDir, 'features', `${key}.onnx`);

export interface CachedNetwork {
  bytes: Uint8Array;
  metadata: Readonly<Record<string, string>>;
}

/** @returns undefined where there is none; `damaged` where there is one that is not as it was written. */
export async function readCached(path: string): Promise<CachedNetwork | 'damaged' | undefined> {
  const bytes = await readFile(path).catch((error) => (error.code === 'ENOENT' ? undefined : new Uint8Array(0)));
  if (bytes === undefined) return undefined;
  const { fault, metadata } = await readOnnxFacts(bytesOf(Uint8Array.from(bytes)));
  const network = bytes.subarray(0, Number(metadata.network_bytes ?? 0));
  return fault === undefined && metadata.network_sha256 === digestOf(network) ? { bytes, metadata } : 'damaged';
}

/**
 * @param encode encodes the network with metadata, which come last in the file: so it begins as it does without any.
 * @returns what was written.
 */
export async function writeCached(
  path: string,
  encode: (metadata: Readonly<Record<string, string>>) => Uint8Array,
  facts: Readonly<Record<string, string>>,
): Promise<CachedNetwork> {
  const network = encode({});
  const metadata = { ...facts, network_bytes: String(network.length), network_sha256: digestOf(network) };
  const bytes = encode(metadata);
  await writeWhole(path, bytes);
  return { bytes, metadata };
}
