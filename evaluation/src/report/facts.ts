/** What a report says of the model and of the machine. */
import { readFile, stat } from 'node:fs/promises';
import { cpus, type as system } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { diskFailure, hashFile } from '@onnoise/base/files';
import type { ModelFolder } from '@onnoise/runtime-node';
import { usableCores } from '@onnoise/runtime-node/cores';
import type { EvaluationFacts } from '@onnoise/scheduler/evaluation';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { countParameters, createModel } from '@onnoise/training/model';

const BYTES_A_WEIGHT = 4;

export async function modelFacts({ folder, onnx }: ModelFolder): Promise<NonNullable<EvaluationFacts['model']>> {
  const config = JSON.parse(await readFile(join(folder, MODEL_FILES.unet), 'utf8')) as Record<string, unknown>;
  return {
    name: basename(resolve(folder)),
    hash: await hashFile(onnx),
    parameters: parametersOf(config) ?? Math.floor((await stat(onnx)).size / BYTES_A_WEIGHT),
    network: String(config._class_name ?? 'unknown'),
  };
}

/** Whether figures are not of the network in the folder. */
export async function isStale({ model }: Pick<EvaluationFacts, 'model'>, folder: string): Promise<boolean> {
  const path = join(folder, MODEL_FILES.network);
  const hash = await hashFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw diskFailure(error, `read ${path}`);
  });
  return hash !== model?.hash;
}

/** undefined for a network that others wrote: then the size of its file tells, a little too much. */
function parametersOf(config: object): number | undefined {
  try {
    return countParameters(createModel(config));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** `AMD EPYC 7B13, 2 cores, Linux` */
export function machineWords(): string {
  const cores = usableCores();
  return `${cpus()[0]?.model.trim() || 'unknown processor'}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${system()}`;
}
