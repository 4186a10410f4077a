/**
 * Trained feature networks on disk: `<cache>/features/<key>.onnx`, one file for all that is known of a network. It is
 * written beside its place and renamed, so two processes may train the same one at once.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkWritable, writeWhole } from '@onnoise/base/files';
import { bytesOf, readOnnxFacts } from '@onnoise/scheduler/model';
import { encodeModel, type Graph } from '@onnoise/tracer';
import type { Dataset } from '@onnoise/training/data';
import { RANGE_KEY } from './range.ts';
import { RECIPE_VERSION, type TrainingLength } from './train.ts';

interface CacheFacts {
  kind: 'classifier' | 'autoencoder' | 'regressor' | 'segmenter';
  seed: number;
  length: TrainingLength;
  /** Of a regressor: SHA-256 of the numbers that it learns. */
  numbers?: string | undefined;
  /** Of a segmenter: the classes of the masks that it learns, and their SHA-256. */
  masks?: string | undefined;
}

/** SHA-256 of all that decides the network, and the accuracy that is told of it. */
function cacheKey(dataset: Dataset, { kind, seed, length, numbers, masks }: CacheFacts): string {
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

const cachePath = (cacheDir: string, key: string): string => join(cacheDir, 'features', `${key}.onnx`);

export interface CachedNetwork {
  bytes: Uint8Array;
  metadata: Readonly<Record<string, string>>;
}

/**
 * A trained network: that of the cache, or one that is trained now and kept there.
 * @param what for sentences: `feature network`, and the name for its metadata
 * @param train gives the network, and what is to be known of it beside its kind and name
 * @throws InputError where the cache cannot be written, and what `train` throws
 */
export async function keptNetwork(
  {
    cacheDir,
    dataset,
    onNote,
    what,
    name,
    ...facts
  }: CacheFacts & {
    cacheDir: string;
    dataset: Dataset;
    onNote?: ((sentence: string) => void) | undefined;
    what: string;
    name: string;
  },
  train: () => Promise<{ graph: Graph; metadata?: Readonly<Record<string, string>> }>,
): Promise<CachedNetwork> {
  const path = cachePath(cacheDir, cacheKey(dataset, facts));
  const cached = await readCached(path);
  if (cached !== undefined && cached !== 'damaged') return cached;
  if (cached === 'damaged') onNote?.(`The cached ${what} ${path} is damaged, and is trained again.`);
  await checkWritable('--cache-dir', join(cacheDir, 'features'), 'folder');
  const { graph, metadata } = await train();
  const about = { [RANGE_KEY]: '-1,1', kind: facts.kind, name, ...metadata };
  return writeCached(path, (more) => encodeModel(graph, more), about);
}

/** @returns undefined where there is none; `damaged` where there is one that is not as it was written. */
async function readCached(path: string): Promise<CachedNetwork | 'damaged' | undefined> {
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
async function writeCached(
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
