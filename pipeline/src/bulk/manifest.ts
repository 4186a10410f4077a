/**
 * The list of an order's shards, written when all are done: `manifest.json`, one line per shard, so that a list of any
 * length is read and written piece by piece. Paths are below the workers' output folder.
 */
import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure, makeFolder, requireSpace, temporaryName, withDiskErrors } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { countShards, type Order, type Shard, samplingOf, shardPage, toldBeside } from './shards.ts';
import { type ShardFile, shardPath } from './write-shard.ts';

export const MANIFEST = 'manifest.json';
const FORMAT = 1;
/** Upper bound of a shard's line. */
const BYTES_A_SHARD = 320;

/** Equal for manifests of the same pictures, or where one has more of them. */
function seriesOf(order: Order): string {
  const { model, labels, seed, shard } = order;
  const series = JSON.stringify([model, ...samplingOf(order), labels, seed, shard, ...toldBeside(order)]);
  return createHash('sha256').update(series).digest('hex').slice(0, 32);
}

/**
 * Makes sure that the manifest has space, and that no other order's manifest is in the way. One of the same order with
 * fewer or more images may be replaced.
 * @throws InputError or Failure
 */
export async function checkManifest(out: string, order: Order): Promise<void> {
  const path = join(out, MANIFEST);
  await requireSpace(out, countShards(order) * BYTES_A_SHARD, `write ${path}`);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  if (new RegExp(`"series": ?"${seriesOf(order)}"`).test(text.slice(0, 4096))) return;
  throw new InputError(
    `Cannot write ${path}: --out must be a folder without the manifest of another order, but it has one. Name another folder.`,
  );
}

/**
 * Writes the manifest atomically, and returns its path.
 * @param read returns the files of some shards, in order; called for `page` shards at a time.
 */
export async function writeManifest(
  out: string,
  modelName: string,
  order: Order,
  read: (shards: Shard[]) => Promise<readonly ShardFile[]>,
  page = 1000,
): Promise<string> {
  const path = join(out, MANIFEST);
  const temporary = temporaryName(path);
  const { model, seed, count, shard, ...settings } = order;
  const shards = countShards(order);
  const row = (name: string, value: unknown) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`;
  const advice = 'free some space and start again';
  const file = await withDiskErrors(`write ${path}`, () => makeFolder(out).then(() => open(temporary, 'w')), advice);
  try {
    await file.write(`{\n${row('format', FORMAT)}${row('series', seriesOf(order))}`);
    await file.write(`${row('model', { name: modelName, hash: model })}`);
    await file.write(`${row('settings', { ...settings, seed, count, shard })}  "shards": [\n`);
    let bytes = 0;
    for (let first = 0; first < shards; first += page) {
      const part = shardPage(order, first, page);
      const files = await read(part);
      const lines = part.map((each, i) => {
        const { sha256, bytes: size } = files[i]!;
        bytes += size;
        // Files come from a queue and from the disk: in one order the manifest of both is the same.
        const line = { seed: each.seed, count: each.count, file: shardPath(each), sha256, bytes: size };
        return `    ${JSON.stringify(line)}${first + i + 1 < shards ? ',' : ''}\n`;
      });
      await file.write(lines.join(''));
    }
    await file.write(`  ],\n  "total": ${JSON.stringify({ images: count, shards, bytes })}\n}\n`);
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw diskFailure(error, `write ${path}`, advice);
  }
  return path;
}
