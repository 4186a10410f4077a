/** Whether a model folder's network and the weights for Python beside it are of one model. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { program, shellPath } from '@onnoise/base/text';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { holdsParameters } from '../folder/recover.ts';
import { WEIGHTS_FILE } from '../folder/weights.ts';
import { createModel, type Model } from '../model/index.ts';
import { fitParameters } from './fit.ts';
import { readStart } from './read-start.ts';

export interface ModelWeights {
  model: Model;
  parameters: Map<string, Float32Array>;
}

/**
 * The weights of a model folder. Who trains on in Python and saves into the folder has new weights beside the old network,
 * which all of ours run.
 * @throws InputError where they differ from the network by more than its format rounds. A network in 8-bit arithmetic, and
 *   one that this version would export in another way, cannot be compared, and pass.
 */
export async function readSameWeights(folder: string): Promise<ModelWeights> {
  const { start, layer } = await readStart(folder);
  const model = createModel(layer.config.model);
  const parameters = fitParameters(start, model);
  const onnx = (await hasWeights(folder)) ? await readFile(join(folder, MODEL_FILES.network)) : undefined;
  if (onnx === undefined || holdsParameters(model, parameters, onnx) !== false) return { model, parameters };
  throw new InputError(
    `Cannot export ${folder}: ${MODEL_FILES.network} must be of the weights in ${WEIGHTS_FILE}, received others, as after training in Python. ` +
      `Make a folder with the network of these weights: ${program('import')} ${shellPath(folder)} --out out/new`,
  );
}

/** As `readSameWeights`, for a folder that may have none. */
export async function requireSameWeights(folder: string): Promise<void> {
  if (await hasWeights(folder)) await readSameWeights(folder);
}

const hasWeights = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, WEIGHTS_FILE)).catch(() => undefined))?.isFile() ?? false;
