/** From an `AutoencoderKL` of diffusers to the folder of an autoencoder: read, trace, check against tfjs, write. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { lockBeside, requireSpace, withLock } from '@onnoise/base/files';
import { extentOf, pictureSize, readAutoencoderFacts, sampleSizeOf } from '@onnoise/scheduler/model';
import { check, InputError, refuse } from '@onnoise/scheduler/rules';
import { encodeHalves, measureHalves, vaeFiles, writeAutoencoder } from '@onnoise/training/autoencoder';
import { checkArtefactTarget, describeParity, requireParity } from '@onnoise/training/folder';
import { countParameters, createModel } from '@onnoise/training/model';
import { findWeights } from './find-checkpoint.ts';
import { readJsonObject } from './read-json.ts';
import { licenceOf } from './read-readme.ts';
import { readTensors } from './read-tensors.ts';
import type { ImportOptions, ImportResult } from './types.ts';
import { weightsOf } from './weights-of.ts';

const CLASS = 'AutoencoderKL';
const BYTES_A_WEIGHT = 4;
/** Pixels, in the networks' rules. */
const MOST_SIDE = 4096;

/** The folder of an autoencoder: what is named, or `vae` in it where there is no `unet`. undefined: there is none. */
export async function autoencoderIn(from: string): Promise<string | undefined> {
  if (existsSync(join(from, 'unet'))) return undefined;
  for (const folder of [from, join(from, 'vae')]) {
    const config = await readJsonObject(join(folder, 'config.json')).catch(() => undefined);
    if (config?._class_name === CLASS) return folder;
  }
  return undefined;
}

/** @param folder of its config and weights @throws InputError as `importCheckpoint` does */
export async function importAutoencoder(folder: string, options: ImportOptions): Promise<ImportResult> {
  const { from, out, size, weights = true, scheduler, onProgress } = options;
  const action = `import ${from}`;
  if (scheduler !== undefined) refuse(action, '--scheduler', 'left out of an autoencoder, which has none', scheduler);
  if (size !== undefined) check(action, '--size', pictureSize(MOST_SIDE), size);
  const report = (done: number, note: string) => onProgress?.({ done, total: 4, note });
  const path = options.config ?? join(folder, 'config.json');
  const written = await readJsonObject(path);
  const { scaling, shift } = readAutoencoderFacts(action, written, path);
  const sample_size = size === undefined ? written.sample_size : sampleSizeOf(extentOf(size));
  if (sample_size === undefined) {
    throw new InputError(`Cannot ${action}: ${path} does not say how large pictures are. Name that with --size.`);
  }
  const model = createModel({ ...written, sample_size });
  const { halves } = model;
  if (!halves) throw new Error(`${CLASS} has no halves`);
  const autoencoder = { ...model, halves };
  report(1, 'reading the weights');
  const { tensors, sha256 } = await readTensors(from, await findWeights(from, folder));
  const values = weightsOf(model, tensors, action);
  await checkArtefactTarget(out, from);
  const parameters = countParameters(model);
  await requireSpace(out, (weights ? 2 : 1) * BYTES_A_WEIGHT * parameters, `write the autoencoder ${out}`);
  return withLock(lockBeside(out), { action: `import to ${out}`, doing: 'is writing there' }, async () => {
    report(2, 'tracing');
    const graphs = encodeHalves(autoencoder, values, { imported: basename(resolve(from)) });
    report(3, 'comparing with tfjs');
    const parity = await measureHalves(autoencoder, values, graphs);
    requireParity(action, parity);
    const [, height, width] = model.shape;
    const scale = { scaling_factor: scaling, shift_factor: shift };
    const origin = {
      name: basename(resolve(from)),
      hash: sha256,
      licence: await licenceOf(join(folder, 'README.md')),
    };
    await writeAutoencoder({
      out,
      model: autoencoder,
      files: await vaeFiles(autoencoder, values, graphs, scale, weights),
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
    return { parity, parameters, bytes, sampler: undefined, autoencoder: true, notes: [] };
  });
}
