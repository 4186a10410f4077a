/**
 * A model folder that has its weights for Python, from one that has only the network: a copy of the folder with
 * `diffusion_pytorch_model.safetensors` and the files beside it. The weights are read out of the network as
 * `pipeline train --init` reads them, or copied if they are there.
 *
 * Limit: a network with BatchNorm cannot be read, see `recoverParameters`.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { autoencoderForPython, hasAutoencoder, readAutoencoder } from '@onnoise/training/autoencoder';
import { readSameWeights } from '@onnoise/training/fine-tuning';
import {
  checkArtefactTarget,
  copyArtefact,
  filesForPython,
  formatJson,
  modelIndex,
  pythonExample,
  WEIGHTS_FILE,
  withPython,
} from '@onnoise/training/folder';

export interface WithWeightsOptions {
  /** Model folder; it stays as it is, unless it is `out`, too. */
  model: string;
  /** Model folder to write. */
  out: string;
}

/**
 * @throws InputError when `model` is not a model folder, its weights cannot be read, or `out` cannot be written.
 * @returns the size of the file of weights.
 */
export async function exportWithWeights({ model: folder, out }: WithWeightsOptions): Promise<{ bytes: number }> {
  const found = await stat(join(folder, MODEL_FILES.unet)).catch(() => undefined);
  if (!found?.isFile()) {
    throw new InputError(`Cannot export ${folder}: --model must be a model folder, received none.`);
  }
  await checkArtefactTarget(out, folder);
  const { model, parameters } = await readSameWeights(folder);
  const files = { ...(await filesForPython(model, parameters)), ...(await vaeOf(folder)) };
  const read = (path: string) => readFile(join(folder, path), 'utf8').catch(() => undefined);
  const [index, card] = [await read(MODEL_FILES.index), await read(MODEL_FILES.card)];
  // An older export may name another place of the class.
  const { unet: _, ...entries } = index === undefined ? {} : JSON.parse(index);
  await copyArtefact(folder, out, {
    ...files,
    [MODEL_FILES.index]: formatJson(modelIndex(model.config, entries)),
    ...(card !== undefined && { [MODEL_FILES.card]: withPython(card, pythonExample(model.config)) }),
  });
  return { bytes: files[WEIGHTS_FILE]!.length };
}

/** Files of the autoencoder for Python; none where the network draws pictures. */
async function vaeOf(folder: string): Promise<Record<string, Uint8Array>> {
  if (!(await hasAutoencoder(folder))) return {};
  return (await autoencoderForPython(`export ${folder}`, await readAutoencoder(folder))).files;
}
