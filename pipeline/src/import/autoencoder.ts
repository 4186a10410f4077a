/** From an autoencoder of diffusers or MONAI to its folder: read, trace, check against tfjs, write. */
import { basename, join, resolve } from 'node:path';
import { lockBeside, requireSpace, withLock } from '@onnoise/base/files';
import { extentOf, pictureSize, sampleSizeOf } from '@onnoise/scheduler/model';
import { check, InputError, refuse } from '@onnoise/scheduler/rules';
import { vaeFiles, writeAutoencoder } from '@onnoise/training/autoencoder';
import { checkArtefactTarget, describeParity } from '@onnoise/training/folder';
import { countParameters } from '@onnoise/training/model';
import {
  type AutoencoderPlace,
  networkOf,
  readAutoencoderSource,
  readAutoencoderWeights,
  traceAutoencoder,
} from './read-autoencoder.ts';
import { licenceOf } from './read-readme.ts';
import type { ImportOptions, ImportResult } from './types.ts';

const BYTES_A_WEIGHT = 4;
/** Pixels, in the networks' rules. */
const MOST_SIDE = 4096;

/** @throws InputError as `importCheckpoint` does */
export async function importAutoencoder(place: AutoencoderPlace, options: ImportOptions): Promise<ImportResult> {
  const { from, out, size, weights = true, scheduler, onProgress } = options;
  const action = `import ${from}`;
  if (scheduler !== undefined) refuse(action, '--scheduler', 'left out of an autoencoder, which has none', scheduler);
  if (size !== undefined) check(action, '--size', pictureSize(MOST_SIDE), size);
  const report = (done: number, note: string) => onProgress?.({ done, total: 4, note });
  const read = await readAutoencoderSource(place, from);
  const sampleSize = size === undefined ? (read.config.sample_size ?? undefined) : sampleSizeOf(extentOf(size));
  if (sampleSize === undefined) {
    throw new InputError(
      `Cannot ${action}: ${place.config} does not say how large pictures are. Name that with --size.`,
    );
  }
  const model = networkOf(read, sampleSize);
  report(1, 'reading the weights');
  const stored = await readAutoencoderWeights(read, model, from);
  await checkArtefactTarget(out, from);
  const parameters = countParameters(model);
  await requireSpace(out, (weights ? 2 : 1) * BYTES_A_WEIGHT * parameters, `write the autoencoder ${out}`);
  return withLock(lockBeside(out), { action: `import to ${out}`, doing: 'is writing there' }, async () => {
    let done = 1;
    const imported = basename(resolve(from));
    const traced = await traceAutoencoder(read, model, stored, {
      from,
      imported,
      report: (note) => report(++done, note),
    });
    const { values, graphs, parity, scale, sha256 } = traced;
    const [, height, width] = model.shape;
    const origin = { name: imported, hash: sha256, licence: await licenceOf(join(place.folder, 'README.md')) };
    await writeAutoencoder({
      out,
      model,
      files: await vaeFiles(model, values, graphs, scale, weights),
      card: {
        name: basename(resolve(out)),
        origin,
        parameters,
        scale,
        metrics: { 'largest difference between tfjs and ONNX': describeParity(parity) },
        limits: [
          'What it was trained on, and how well it gives images back, is not known here: see where it comes from.',
          `It was made for pictures of ${width} x ${height} pixels; of other sizes it may do worse.`,
        ],
      },
    });
    report(4, 'done');
    const bytes = graphs.encoder.length + graphs.decoder.length;
    return { parity, parameters, bytes, sampler: undefined, autoencoder: true, notes: read.notes };
  });
}
