/**
 * The training loop in a tab: a batch, its draws, one step, and again, with pictures and checkpoints in between. A step depends
 * only on (seed, step, place in the images), so the same seed has the same losses as Node, and a training that was stopped
 * goes on as if it had not been.
 */
import { type PictureOptions, toBytes } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { createStepFeed, type StepFile, type TrainingProgress } from '@onnoise/scheduler/training';
import { nextTask } from '../session/next-task.ts';
import type { Keeper, LastState } from './checkpoints.ts';
import type { ImageBatches } from './images.ts';
import type { TrainerEvent } from './protocol.ts';
import type { State, StepRunner } from './runner.ts';
import type { Sampler } from './samples.ts';

export interface TrainingParts {
  file: StepFile;
  runner: StepRunner;
  sampler: Sampler;
  batches: ImageBatches;
  /** Begins to keep the training, if it is to be kept; asked once. */
  keep: () => Promise<Keeper | undefined>;
  tell(event: TrainerEvent, transfer?: ArrayBuffer[]): void;
  /** Hands over the newest state, for the page to keep when it is left. */
  handOver(last: LastState, transfer: ArrayBuffer[]): void;
  /** Seconds between pictures; null: none. */
  sampleEvery: number | null;
  /** Pictures to draw then. */
  samples: PictureOptions;
}

export interface Training {
  /**
   * Goes on, for so many steps or until it is paused. Resolves when it stops.
   * @throws InputError when the loss is not finite, and from then on: the state is spoilt until it is restarted
   */
  run(steps?: number): Promise<void>;
  /** Resolves when the step under way is done and kept. */
  pause(): Promise<void>;
  readonly progress: TrainingProgress;
  /** Back to a state. */
  restart(state: State, progress: TrainingProgress): Promise<void>;
  /** The state after a whole step, with the progress of that step. @throws InputError as `run` for one that is spoilt */
  snapshot(): Promise<Snapshot>;
}

interface Snapshot {
  state: State;
  progress: TrainingProgress;
}

/** A tab that crashes loses at most so many seconds. */
const KEEP_EVERY = 25;
/** A page that is left loses at most so many, and the step under way. */
const HAND_EVERY = 0.25;
/** Steps whose speed is averaged. */
const WINDOW = 20;

export function createTraining(parts: TrainingParts): Training {
  const { file, runner, sampler, batches, tell, handOver } = parts;
  const feed = createStepFeed(file);
  let keeper: Promise<Keeper | undefined> | undefined;
  let progress = file.progress;
  batches.position = progress.position;
  let running: Promise<void> | undefined;
  let stopping = false;
  /** The step under way, or the last one. */
  let stepping: Promise<void> = Promise.resolve();
  /** What is wrong with the state. It must not be kept, nor given away. */
  let spoilt: InputError | undefined;
  let [keptAt, handedAt, sampledAt] = [performance.now(), performance.now(), Number.NEGATIVE_INFINITY];
  const durations: number[] = [];

  async function update(): Promise<void> {
    const began = performance.now();
    const { epoch, ...batch } = batches.next();
    const { inputs, lr } = feed(progress.step, batch);
    const { loss, gradNorm } = await runner.step(inputs);
    const step = progress.step + 1;
    spoilt = faultOf(step, loss, gradNorm);
    if (spoilt) throw spoilt;
    const seconds = (performance.now() - began) / 1000;
    durations.push(seconds);
    if (durations.length > WINDOW) durations.shift();
    const mean = durations.reduce((sum, each) => sum + each, 0) / durations.length;
    progress = { step, epoch, position: batches.position, seconds: progress.seconds + seconds, loss };
    tell({
      kind: 'step',
      step,
      epoch,
      loss,
      gradNorm,
      lr,
      seconds: progress.seconds,
      stepsPerSecond: 1 / mean,
    });
  }

  async function draw(): Promise<void> {
    const { step } = progress;
    const state = await runner.read(['model', 'ema'].filter((name) => file.vectors.some((v) => v.name === name)));
    const images = toBytes(await sampler.sample(state, parts.samples));
    sampledAt = performance.now();
    tell({ kind: 'samples', step, images }, [images.buffer]);
  }

  /** Storage that is full or gone ends the keeping, not the training. */
  async function keep(): Promise<void> {
    keptAt = performance.now();
    keeper ??= parts.keep();
    try {
      const open = await keeper;
      if (open === undefined) return;
      await open.save(progress, await runner.read());
      tell({ kind: 'kept', step: progress.step });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      keeper = Promise.resolve(undefined);
      tell({ kind: 'note', text: error.message });
    }
  }

  async function hand(): Promise<void> {
    const open = await keeper;
    if (open === undefined) return;
    const state = await runner.read();
    handedAt = performance.now();
    handOver(
      open.last(progress, state),
      [...state.values()].map(({ buffer }) => buffer),
    );
  }

  const since = (time: number) => (performance.now() - time) / 1000;

  async function loop(steps: number): Promise<void> {
    const { sampleEvery } = parts;
    await keep();
    if (sampleEvery !== null && sampledAt < 0) await draw();
    for (let done = 0; done < steps && !stopping; done++) {
      stepping = update();
      await stepping;
      if (since(keptAt) > KEEP_EVERY) await keep();
      else if (since(handedAt) > HAND_EVERY) await hand();
      if (sampleEvery !== null && since(sampledAt) > sampleEvery) await draw();
      await nextTask();
    }
    await keep();
    if (sampleEvery !== null && !stopping) await draw();
  }

  return {
    get progress() {
      return progress;
    },
    async run(steps = Number.POSITIVE_INFINITY) {
      if (running) throw new InputError('Cannot train: the training must be paused, and it is under way.');
      if (spoilt) throw spoilt;
      stopping = false;
      running = loop(steps);
      try {
        await running;
      } finally {
        running = undefined;
      }
    },
    async pause() {
      stopping = true;
      await running?.catch(() => undefined); // who called run gets the error
    },
    async restart(state, from) {
      await runner.write(state);
      spoilt = undefined;
      progress = from;
      batches.position = from.position;
      durations.length = 0;
      sampledAt = Number.NEGATIVE_INFINITY;
      await keep();
    },
    async snapshot() {
      await stepping.catch(() => undefined);
      if (spoilt) throw spoilt;
      const reached = progress;
      return { state: await runner.read(), progress: reached };
    },
  };
}

function faultOf(step: number, loss: number, gradNorm: number): InputError | undefined {
  const fault = !Number.isFinite(loss)
    ? ['loss', loss]
    : !Number.isFinite(gradNorm)
      ? ['gradient norm', gradNorm]
      : null;
  if (fault === null) return undefined;
  return new InputError(
    `Cannot go on with the training: the ${fault[0]} of step ${step} must be finite, received ${fault[1]}. Start again with a lower learning rate, or from the last checkpoint.`,
  );
}
