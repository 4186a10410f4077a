/** Opens a training step: the files that `pipeline transfer --to tab` writes, at a URL or as picked in the page. */
import { bytesOf, readOnnxFacts } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type FlatLayout, packState, readStepFile, STEP_FILES, type StepFile } from '@onnoise/scheduler/training';
import { type ModelFiles, openFolder } from '../session/artefact.ts';
import { readSafetensors } from './files/safetensors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface OpenedStep {
  file: StepFile;
  /** `train/step.onnx` */
  graph: Bytes;
  /** `train/denoiser.onnx` */
  denoiser: Bytes;
  /** By the names of the vectors. */
  state: Map<string, Float32Array<ArrayBuffer>>;
}

/**
 * @param source a model folder's address, or its files by their path in it
 * @throws InputError for a file that is missing, of another version, damaged, or not of the same step
 */
export async function openStep(source: string | URL | ModelFiles, signal?: AbortSignal): Promise<OpenedStep> {
  const read = openFolder(source);
  const file = async (path: string): Promise<Bytes> => {
    const bytes = await read(path, { signal });
    if (bytes) return bytes;
    throw new InputError(
      `Cannot read the training step: ${path} must be in the model folder, and is missing. Make it: pipeline transfer --to tab.`,
    );
  };
  const step = readStepFile(new TextDecoder().decode(await file(STEP_FILES.step)));
  const [graph, denoiser, state] = await Promise.all(
    [STEP_FILES.graph, STEP_FILES.denoiser, STEP_FILES.state].map(file),
  );
  await requireNetwork(graph!, STEP_FILES.graph);
  await requireNetwork(denoiser!, STEP_FILES.denoiser);
  return {
    file: step,
    graph: graph!,
    denoiser: denoiser!,
    state: packed(step, readSafetensors(state!, STEP_FILES.state)),
  };
}

async function requireNetwork(bytes: Bytes, path: string): Promise<void> {
  const { fault } = await readOnnxFacts(bytesOf(bytes));
  if (fault !== undefined) {
    throw new InputError(`Cannot read the training step: ${path} must be an ONNX graph, received ${fault}.`);
  }
}

function packed(layout: FlatLayout, state: ReadonlyMap<string, Float32Array>): OpenedStep['state'] {
  try {
    return packState(layout, state);
  } catch (error) {
    throw new InputError(
      `Cannot read the training step: ${STEP_FILES.state} must hold the state of ${STEP_FILES.step}, but ${(error as Error).message}.`,
    );
  }
}
