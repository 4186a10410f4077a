/** The worker's side: opens a training, and answers the page's questions about it. */
import { sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { createStepFeed, type StepFile } from '@onnoise/scheduler/training';
import type { MessageEnd } from '../loading/protocol.ts';
import { describe } from '../worker/serve.ts';
import { findTraining, type Keeper, type Kept, keepTraining, type LastState } from './checkpoints.ts';
import { type ImageBatches, openImages } from './images.ts';
import { modelFolder } from './model-folder.ts';
import { type ChosenRunner, openRunner } from './open-runner.ts';
import type {
  FromTrainer,
  OpenRequest,
  ToTrainer,
  TrainerEvent,
  TrainerInfo,
  TrainerQuestion,
  TrainerQuestions,
  TrainerSource,
} from './protocol.ts';
import { openSampler, type Sampler } from './samples.ts';
import { type OpenedStep, openStep } from './step-folder.ts';
import { createTraining, type Training } from './training.ts';

type Answers = { [Q in TrainerQuestion]: (ask: TrainerQuestions[Q]['ask']) => Promise<TrainerQuestions[Q]['done']> };

/** Answers what arrives at the port, for as long as it is open. */
export function serveTrainer(port: MessageEnd<FromTrainer, ToTrainer>): void {
  const tell = (event: TrainerEvent, transfer: ArrayBuffer[] = []) => port.postMessage({ event }, transfer);
  const handOver = (last: LastState, transfer: ArrayBuffer[]) => port.postMessage({ last }, transfer);
  const answers = createAnswers(tell, handOver);
  port.addEventListener('message', async ({ data: { id, question, ask } }) => {
    try {
      const answer = answers[question] as (value: unknown) => Promise<TrainerQuestions[TrainerQuestion]['done']>;
      port.postMessage({ id, done: await answer(ask) }, []);
    } catch (error) {
      port.postMessage({ id, failed: describe(error) }, []);
    }
  });
}

interface Opened {
  step: OpenedStep;
  images: { name: string; count: number; hash: string };
  training: Training;
  sampler: Sampler;
}

function createAnswers(
  tell: (event: TrainerEvent, transfer?: ArrayBuffer[]) => void,
  handOver: (last: LastState, transfer: ArrayBuffer[]) => void,
): Answers {
  let opened: Opened | undefined;
  const required = (): Opened => {
    if (opened) return opened;
    throw new InputError('Cannot train: a training must be open, received none.');
  };

  return {
    async open(request) {
      const { kept, keep } = await sourceOf(request);
      const { step, images } = kept;
      const batches = await openImages(step.file, images);
      const trial = trialOf(step.file, batches);
      const chosen = await openRunner(step, trial, {
        device: request.device,
        threads: request.threads,
        runtime: { files: request.files },
      });
      const sampler = await openSampler(chosen.ort, step.denoiser, step.file);
      const { sampleEvery, samples } = request;
      const { file } = step;
      const training = createTraining({
        file,
        runner: chosen.runner,
        sampler,
        batches,
        keep,
        tell,
        handOver,
        sampleEvery,
        samples,
      });
      const { count, hash } = batches;
      opened = { step, sampler, training, images: { name: images.name, count, hash } };
      return { ...infoOf(file, chosen), images: { name: images.name, count } };
    },
    async run({ steps }) {
      await required().training.run(steps);
      return null;
    },
    async pause() {
      await required().training.pause();
      return null;
    },
    async restart() {
      const { training, step } = required();
      await training.pause();
      await training.restart(step.state, step.file.progress);
      return training.progress;
    },
    async sample(options) {
      const { sampler, training } = required();
      const { state } = await training.snapshot();
      return sampler.sample(state, options);
    },
    async folder() {
      const { step, training, images } = required();
      const { name, hash } = images;
      const { state, progress } = await training.snapshot();
      const file = { ...step.file, progress, data: { name, hash } };
      return modelFolder({ ...step, file }, state, images);
    },
  };
}

/** What to train, and how to keep it. */
async function sourceOf({ source, checkpoints }: OpenRequest): Promise<{
  kept: Kept;
  keep: () => Promise<Keeper | undefined>;
}> {
  const kept = source.kind === 'step' ? await fresh(source) : await earlier(checkpoints);
  return { kept, keep: async () => (checkpoints === undefined ? undefined : keepTraining(checkpoints, kept)) };
}

async function earlier(checkpoints: string | undefined): Promise<Kept> {
  const found = checkpoints === undefined ? undefined : await findTraining(checkpoints);
  if (found) return found;
  throw new InputError('Cannot go on with the training: this browser must keep one, and it has none.');
}

async function fresh({ step, images, seed }: Extract<TrainerSource, { kind: 'step' }>): Promise<Kept> {
  const opened = await openStep(step);
  const { file } = opened;
  return { step: { ...opened, file: seed === undefined ? file : { ...file, seed } }, images };
}

/** Inputs of the next step; the place in the images stays. */
function trialOf(file: StepFile, batches: ImageBatches) {
  const { position, step } = file.progress;
  batches.position = position;
  const { epoch: _, ...batch } = batches.next();
  return createStepFeed(file)(step, batch).inputs;
}

function infoOf(file: StepFile, { device, threads, reason }: ChosenRunner): Omit<TrainerInfo, 'images'> {
  const { shape, batch, parameters, classNames, progress } = file;
  const weights = parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0);
  return { device, threads, reason, shape, batch, weights, classNames, progress };
}
