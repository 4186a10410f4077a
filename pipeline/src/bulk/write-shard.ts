/**
 * A shard on disk, below the worker's output folder; `<name>` is the first seed and the shard's id:
 *
 *     <first 16 digits of the model's hash>/<name>.tar    000000042.png ..., 000000042.cls with the class's number, and
 *                                                         000000042.json with the values of conditions; .dcm or
 *                                                         .nii.gz in place of .png where the shard says so; 000000042.mask.png
 *                                                         and 000000042.confidence.png of a model that draws masks
 *     <first 16 digits of the model's hash>/<name>.json   the shard, size and SHA-256 of the tar, a row per image
 *
 * The description is written last, so a tar without one is incomplete and is made again.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '@onnoise/base/files';
import { ENDINGS } from '../pictures/choices.ts';
import type { ShardPicture } from './sample-shard.ts';
import { conditionsAt, labelAt, type Shard, shardId } from './shards.ts';
import { type TarEntry, tarBytes } from './tar.ts';

export interface ShardFile {
  /** Size of the tar. */
  bytes: number;
  /** Of the tar, 64 hexadecimal digits. */
  sha256: string;
}

/** Path of a shard's tar below the output folder, with `/` between the parts. */
export function shardPath(shard: Shard): string {
  return `${shard.model.slice(0, 16)}/${String(shard.seed).padStart(12, '0')}-${shardId(shard).slice(6, 22)}.tar`;
}

/** Paths of a shard's tar and its description. */
export function shardFiles(out: string, shard: Shard): [tar: string, description: string] {
  const tar = join(out, shardPath(shard));
  return [tar, descriptionOf(tar)];
}

/** The shard on disk if it is complete: its description fits, and its bytes fit the description. */
export async function findShard(out: string, shard: Shard): Promise<ShardFile | undefined> {
  const tar = join(out, shardPath(shard));
  try {
    const { id, bytes, sha256 } = JSON.parse(await readFile(descriptionOf(tar), 'utf8')) as Record<string, unknown>;
    if (id !== shardId(shard) || typeof bytes !== 'number' || typeof sha256 !== 'string') return undefined;
    return (await holdsShard(out, shard, { bytes, sha256 })) ? { bytes, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the tar exists with this size and hash. */
export async function holdsShard(out: string, shard: Shard, { bytes, sha256 }: ShardFile): Promise<boolean> {
  const tar = join(out, shardPath(shard));
  try {
    if ((await stat(tar)).size !== bytes) return false;
    const hash = createHash('sha256');
    for await (const part of createReadStream(tar)) hash.update(part as Buffer);
    return hash.digest('hex') === sha256;
  } catch {
    return false;
  }
}

/**
 * Writes a shard's tar and its description, each atomically.
 * @param pictures one per image, in the order of the seeds.
 */
export async function writeShard(out: string, shard: Shard, pictures: readonly ShardPicture[]): Promise<ShardFile> {
  const tar = join(out, shardPath(shard));
  const entries = pictures.flatMap(({ bytes, beside }, i): TarEntry[] => {
    const name = String(shard.seed + i).padStart(9, '0');
    const label = labelAt(shard, i);
    const conditions = conditionsAt(shard, i);
    return [
      { name: `${name}.${ENDINGS[shard.files ?? 'png']}`, bytes },
      ...beside.map(({ ending, bytes }) => ({ name: `${name}.${ending}`, bytes })),
      ...(label === undefined ? [] : [{ name: `${name}.cls`, bytes: Buffer.from(String(label)) }]),
      ...(conditions === undefined ? [] : [{ name: `${name}.json`, bytes: Buffer.from(JSON.stringify(conditions)) }]),
    ];
  });
  const archive = tarBytes(entries);
  const file = { bytes: archive.length, sha256: sha256Of(archive) };
  const images = pictures.map(({ bytes }, i) => {
    const conditions = conditionsAt(shard, i);
    const told = shard.told?.[i % shard.told.length];
    const facts = { seed: shard.seed + i, label: labelAt(shard, i) ?? null, ...(conditions && { conditions }) };
    return JSON.stringify({ ...facts, ...(told && { told }), sha256: sha256Of(bytes) });
  });
  const head = JSON.stringify({ id: shardId(shard), ...shard, ...file });
  await writeWhole(tar, archive);
  await writeWhole(descriptionOf(tar), `${head.slice(0, -1)},"images":[\n${images.join(',\n')}\n]}\n`);
  return file;
}

function descriptionOf(tar: string): string {
  return tar.replace(/\.tar$/, '.json');
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
