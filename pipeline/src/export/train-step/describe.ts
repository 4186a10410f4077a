/** `train/step.json` of a plan: see step-file.ts of the scheduler. */
import { formatSchedulerConfig } from '@onnoise/scheduler';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';
import { STEP_FORMAT, type StepFile, type TrainingProgress } from '@onnoise/scheduler/training';
import { formatJson, modelIndex, namesOf, pythonExample, pythonFiles, schedulerEntry } from '@onnoise/training/folder';
import { stepsOf, type TrainPlan } from '@onnoise/training/plan';
import type { FlatStep } from '@onnoise/training/step';
import { requireImagesAlone } from './images-alone.ts';

/** What a plan does not know. */
export interface StepHistory {
  progress: TrainingProgress;
  /** The images so far. */
  data: StepFile['data'];
  /** Number of images that it was trained on; undefined before the first. */
  images: number | undefined;
  classNames: readonly string[] | undefined;
}

export const FRESH: TrainingProgress = { step: 0, epoch: 0, position: { epoch: 0, index: 0 }, seconds: 0, loss: null };

/** Changes of images that only Node makes. */
const NODE_ONLY = ['rotate', 'translate', 'scale', 'contrast'] as const;

/** @throws InputError for images that are augmented beyond mirroring, or have masks or pictures beside them */
export async function describeStep(
  action: string,
  { config, model, scheduler }: TrainPlan,
  { layout, inputs }: FlatStep,
  { progress, data, images, classNames = [] }: StepHistory,
): Promise<StepFile> {
  const { training } = config;
  for (const name of NODE_ONLY) {
    if (config.data[name] > 0) refuse(action, `data.${name}`, '0 with --to tab', config.data[name]);
  }
  requireImagesAlone(action, model, 'tab');
  const settings = model.config ?? {};
  const written = formatSchedulerConfig(scheduler);
  return {
    format: STEP_FORMAT,
    shape: model.shape,
    batch: training.batch,
    inputs,
    vectors: [...layout.vectors],
    parameters: [...layout.parameters],
    dropouts: [...(model.dropouts ?? [])],
    scheduler,
    classCount: model.classCount,
    nullCondition: model.nullCondition,
    conditions: [...model.conditions],
    classNames: model.classCount !== null && classNames.length === model.classCount ? [...classNames] : null,
    optimizer: {
      optimizer: training.optimizer,
      betas: [training.beta1, training.beta2],
      eps: training.eps,
      weightDecay: training.weightDecay,
    },
    lr: {
      lr: training.lr,
      lrSchedule: training.lrSchedule,
      warmupSteps: training.warmupSteps,
      steps: stepsOf(config, images) ?? null,
    },
    emaDecay: training.emaDecay,
    labelDropout: training.labelDropout,
    offsetNoise: training.offsetNoise,
    timesteps: { kind: training.timestepSampling, mean: training.logitMean, std: training.logitStd },
    flip: config.data.flip,
    seed: training.seed,
    progress,
    data,
    config: { ...config },
    python: pythonExample(settings),
    files: {
      [MODEL_FILES.index]: formatJson(
        modelIndex(settings, { ...schedulerEntry(written), ...namesOf(settings, classNames) }),
      ),
      [MODEL_FILES.scheduler]: formatJson(written),
      [MODEL_FILES.unet]: formatJson(settings),
      ...(await pythonFiles(settings)),
    },
  };
}
