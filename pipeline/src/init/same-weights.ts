/** Whether a model folder's network and the weights for Python beside it are of one model. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, MODEL_FILES } from '@onnoise/scheduler';
import { namedTensors, WEIGHTS_FILE } from '../diffusers/weights.ts';
import { createModel } from '../model/index.ts';
import { program } from '../terminal/program.ts';
import { readSafetensors } from '../train/safetensors.ts';
import { fitParameters } from './fit.ts';
import { holdsParameters } from './recover.ts';

/**
 * Who trains on in Python and saves into the folder has new weights beside the old network, which all of ours run.
 * @throws InputError where they differ by more than the network's format rounds. A network in 8-bit arithmetic, and one that
 *   this version would export in another way, cannot be compared, and pass.
 */
export async function requireSameWeights(folder: string): Promise<void> {
  const path = join(folder, WEIGHTS_FILE);
  if (!(await stat(path).catch(() => undefined))?.isFile()) return;
  const model = createModel(JSON.parse(await readFile(join(folder, MODEL_FILES.unet), 'utf8')));
  const { tensors, sha256: hash } = await readSafetensors(path);
  const values = fitParameters({ name: folder, hash, parameters: namedTensors(tensors) }, model);
  if (holdsParameters(model, values, await readFile(join(folder, MODEL_FILES.network))) !== false) return;
  throw new InputError(
    `Cannot export ${folder}: ${MODEL_FILES.network} must be of the weights in ${WEIGHTS_FILE}, received others, as after training in Python. ` +
      `Make a folder with the network of these weights: ${program('import')} ${folder} --out out/new`,
  );
}
