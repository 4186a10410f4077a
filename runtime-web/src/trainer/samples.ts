/** Pictures of the network as it is now: with its averaged weights, on WebAssembly, by the scheduler's loop. */
import { type Artefact, completeRequest, onnxReason, type PictureOptions } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type FlatLayout, STEP_FILES, type StepFile, weightsOf } from '@onnoise/scheduler/training';
import type { StepHooks } from '../network/network.ts';
import { sampleOnWasm } from '../network/wasm-loop.ts';
import type { Ort } from '../session/ort.ts';
import type { State } from './runner.ts';

export interface Sampler {
  /** @returns [N, C, H, W], mostly within [-1, 1] */
  sample(state: State, request: PictureOptions, hooks?: StepHooks): Promise<Float32Array<ArrayBuffer>>;
  dispose(): Promise<void>;
}

/** What sampling needs to know of a step's network. */
const artefactOf = ({ shape, scheduler, classCount, nullCondition, conditions, classNames }: StepFile): Artefact => ({
  shape,
  scheduler,
  classes: classCount ?? 0,
  nullCondition,
  conditions,
  ...(classNames && { classNames }),
});

/** @throws InputError for a graph that does not run here */
export async function openSampler(ort: Ort, denoiser: Uint8Array, file: StepFile): Promise<Sampler> {
  const artefact = artefactOf(file);
  const session = await ort.InferenceSession.create(denoiser, {
    executionProviders: [{ name: 'wasm' }],
    logSeverityLevel: 4, // errors are thrown
  }).catch((error: unknown) => {
    throw new InputError(
      `Cannot read the training step: ${STEP_FILES.denoiser} must be a network that runs here, received "${onnxReason(error)}".`,
      { cause: error },
    );
  });
  return {
    sample: (state, options, hooks = {}) =>
      sampleOnWasm(ort, session, artefact, completeRequest(artefact, options), hooks, tensorsOf(ort, file, state)),
    dispose: () => session.release(),
  };
}

function tensorsOf(ort: Ort, layout: FlatLayout, state: State) {
  const weights = weightsOf(layout, state);
  return Object.fromEntries(
    layout.parameters.map(({ name, shape }) => [name, new ort.Tensor('float32', weights.get(name)!, shape)]),
  );
}
