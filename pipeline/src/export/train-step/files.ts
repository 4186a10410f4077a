/** The files of a training step, by their path in a model folder: from a run as it stands, or from a preset. */
import { refuse } from '@onnoise/scheduler/rules';
import { formatStepFile, STEP_FILES } from '@onnoise/scheduler/training';
import { encodeModel } from '@onnoise/tracer';
import { openDigits } from '@onnoise/training/data';
import { denoiserGraph, flatStepGraph } from '@onnoise/training/engines';
import { encodeSafetensors, inferenceMetadata } from '@onnoise/training/folder';
import { planFromConfig, type TrainPlan } from '@onnoise/training/plan';
import type { OpenedRun } from '@onnoise/training/saved';
import { readPreset, resolveConfig } from '@onnoise/training/settings';
import { createFlatStep } from '@onnoise/training/step';
import { describeStep, FRESH, type StepHistory } from './describe.ts';

export type StepFiles = Record<string, Uint8Array | string>;

/** A run's step with its present state. @throws InputError for settings that a flat step does not have. */
export async function stepFilesOfRun(action: string, { config, data, checkpoint }: OpenedRun): Promise<StepFiles> {
  const { step, epoch, position, seconds, loss, data: images } = checkpoint.info;
  if (config.training.autoencoder !== undefined) {
    refuse(action, '--to', 'left out of a run on latents: a tab trains on pictures alone', 'tab');
  }
  const plan = planFromConfig(config);
  return stepFiles(action, plan, checkpoint.state, {
    progress: { step, epoch, position, seconds, loss },
    data: images,
    images: data?.train,
    classNames: data?.classNames,
  });
}

/** A preset's step with fresh weights. @throws InputError for a preset that leaves the network's form to the images. */
export async function stepFilesOfPreset(action: string, preset: string): Promise<StepFiles> {
  const config = resolveConfig([await readPreset(preset)]);
  const plan = planFromConfig(config);
  const classNames = config.data.source === 'digits' ? openDigits().classNames : undefined;
  const parameters = plan.initialParameters();
  // Moments and averages are as a reader starts them: see packState.
  const state = new Map([...parameters].map(([name, values]) => [`model.${name}`, values]));
  return stepFiles(action, plan, state, { progress: FRESH, data: null, images: undefined, classNames });
}

/** The step of a plan with a state of it. @throws InputError for settings that a flat step does not have */
export async function stepFiles(
  action: string,
  plan: TrainPlan,
  state: ReadonlyMap<string, Float32Array>,
  history: StepHistory,
): Promise<StepFiles> {
  const { model, step } = plan;
  const flat = createFlatStep(model, step.recipe!.options);
  const described = await describeStep(action, plan, flat, history);
  const shapes = new Map(step.state.map(({ name, shape }) => [name, shape]));
  const tensors = new Map([...state].map(([name, data]) => [name, { shape: shapes.get(name)!, data }]));
  return {
    [STEP_FILES.graph]: encodeModel(flatStepGraph(flat)),
    [STEP_FILES.denoiser]: encodeModel(denoiserGraph(model), inferenceMetadata(model)),
    [STEP_FILES.step]: formatStepFile(described),
    [STEP_FILES.state]: encodeSafetensors(tensors, { format: 'pt' }),
  };
}
