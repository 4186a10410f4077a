/**
 * A smaller copy of a model folder. All its files are copied but what was measured of the float32 network: `evaluation.json`, and
 * the card's section about it. Weights for Python stay float32.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf } from '@onnoise/base/files';
import { withoutEvaluation } from '@onnoise/evaluation/options';
import { readModelFolder } from '@onnoise/runtime-node';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError, show } from '@onnoise/scheduler/rules';
import { requireSameWeights } from '@onnoise/training/fine-tuning';
import { checkArtefactTarget, copyArtefact, withFormat } from '@onnoise/training/folder';
import { smallerAutoencoder } from './autoencoder.ts';
import { type FormatRequest, makeSmaller, type Smaller } from './make-smaller.ts';
import { describeFormat } from './words.ts';

/** The graph of `--fuse`, which holds the float32 network. */
const FUSED_FOLDER = 'fused';

export interface SmallerCopyOptions extends FormatRequest {
  /** Model folder; it stays as it is. */
  model: string;
  /** Model folder to write, another one. */
  out: string;
  onProgress?: ((note: string, done: number, total: number) => void) | undefined;
}

/** @throws InputError when `model` is not a model folder of float32, `out` cannot be written, or the copy is too far off. */
export async function exportSmallerCopy({ model, out, onProgress, ...request }: SmallerCopyOptions): Promise<Smaller> {
  const folder = await readModelFolder(model);
  if ((await placeOf(out)) === (await placeOf(model))) {
    throw new InputError(
      `Cannot convert ${model}: --out must be another folder than --model, whose finer weights would be lost, received ${show(out)}.`,
    );
  }
  await checkArtefactTarget(out, model);
  await requireSameWeights(model);
  if (folder.autoencoder && request.judge) {
    throw new InputError(
      `Cannot convert ${model}: --data must be left out of a model that draws latents. Evaluate the copy instead.`,
    );
  }
  const autoencoder = await smallerAutoencoder(`convert ${model}`, folder, request.format);
  const smaller = await makeSmaller(`convert ${model}`, await readFile(folder.onnx), folder, request, onProgress);
  const card = await readFile(join(model, MODEL_FILES.card), 'utf8').catch(() => undefined);
  const sentence = describeFormat(request.format, smaller);
  await copyArtefact(
    model,
    out,
    {
      [MODEL_FILES.network]: smaller.onnx,
      ...autoencoder,
      ...(card !== undefined && { [MODEL_FILES.card]: withFormat(withoutEvaluation(card), sentence) }),
    },
    [MODEL_FILES.evaluation, FUSED_FOLDER],
  );
  return smaller;
}
