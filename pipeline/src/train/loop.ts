/**
 * The training loop: a batch, its noise, one step of the engine, and again; checkpoints and pictures in between. An engine
 * that computes elsewhere is given batches ahead, as many as its `depth`, so that it never waits for one.
 * What happens at a step is a function of (seed, step, place in the data), so a continued run repeats the losses of one
 * that never stopped to the last bit. Runs that end by the clock are the exception: their learning rate follows time.
 */
import { InputError } from '@onnoise/scheduler';
import type { Batches, StepResult, TrainEngine, TrainStep } from './contracts.ts';
import { drawStep } from './draw.ts';
import { emaDecayAt } from './ema.ts';
import { type LearningRateOptions, learningRateAt } from './learning-rate.ts';
import type { Metrics } from './metrics.ts';

/** When a run is over: after so many steps, or so many seconds of work (pictures and checkpoints included). */
export type Horizon =
  | { kind: 'steps'; steps: number }
  | {
      kind: 'seconds';
      seconds: number;
      /** Seconds to keep for what comes after the last step, asked when the speed of a step is known. */
      reserve: (secondsPerStep: number) => number;
    };

export interface LoopOptions {
  engine: TrainEngine;
  step: Pick<TrainStep, 'scalars'>;
  batches: Batches;
  batch: number;
  /** Values of one image, C * H * W. */
  size: number;
  /** Number of timesteps. */
  T: number;
  seed: number;
  learningRate: LearningRateOptions;
  /** Decay of the averaged weights; null when there are none. */
  emaDecay: number | null;
  /** Where to begin: updates done, seconds worked before, and the reserve that was fixed then. */
  start: { step: number; seconds: number; reserve: number | null };
  horizon: Horizon;
  /** Steps between checkpoints and between pictures; null leaves them to the end. */
  checkpointEvery: number | null;
  previewEvery: number | null;
  /** Looked at between steps. The running step is finished and saved. */
  signal?: AbortSignal | undefined;
  /** After every step; `progress` is the share of the run that is done, 0 to 1. */
  onStep: (metrics: Metrics, progress: number) => Promise<void> | void;
  /** `reserve` is what a run by the clock keeps for its end, null as long as it is not known. */
  save: (metrics: Metrics, reserve: number | null) => Promise<void>;
  preview: (metrics: Metrics) => Promise<void>;
  /** What to tell when the loss is no number any more. */
  advice?: () => string;
}

export interface LoopResult {
  interrupted: boolean;
  /** Of the last step; null when there was nothing left to do. */
  last: Metrics | null;
  seconds: number;
}

/** Steps whose speed is averaged for `imagesPerSecond`. */
const speedWindow = 20;
/** Steps after which the speed is trusted enough to fix the reserve of a run by the clock. */
const speedSteps = 8;

/** A step that was given to the engine and has not answered yet. */
interface Flight {
  epoch: number;
  learningRate: number;
  progress: number;
  answer: Promise<StepResult>;
}

/** @throws InputError when the loss or the gradient is NaN or infinite; nothing is saved of that step. */
export async function runLoop(options: LoopOptions): Promise<LoopResult> {
  const { engine, step: trainStep, batches, batch, start, horizon, signal } = options;
  const began = performance.now();
  const seconds = () => start.seconds + (performance.now() - began) / 1000;
  const durations: number[] = [];
  const clock = createHorizonClock(horizon, start.seconds, start.reserve, engine.depth - 1);
  const flights: Flight[] = [];
  let asked = start.step;
  let done = start.step;
  let since = began;
  let last: Metrics | null = null;
  let saved = true;

  /** Draws the next batch and gives it to the engine. */
  const ask = async (progress: number) => {
    if (flights.length === 0) since = performance.now();
    const { images, labels, epoch } = await batches.next();
    const draw = drawStep(options.seed, asked, batch, options.size, options.T);
    const learningRate = learningRateAt(options.learningRate, asked, progress);
    const emaDecay = emaDecayAt(asked, options.emaDecay ?? 0);
    asked++;
    const inputs = { images, ...draw, ...(labels && { labels }) };
    const answer = engine.step({ ...inputs, ...trainStep.scalars({ step: asked, learningRate, emaDecay }) });
    // The answer is awaited later. Until then this keeps a failure from counting as unhandled.
    answer.catch(() => {});
    flights.push({ epoch, learningRate, progress, answer });
  };
  /** Waits for the oldest step. */
  const land = async () => {
    const { epoch, learningRate, progress, answer } = flights[0]!;
    const { loss, gradNorm, memory = 0 } = await answer;
    flights.shift();
    done++;
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) throw diverged(done, loss, gradNorm, options.advice);
    const now = performance.now();
    durations.push((now - since) / 1000);
    since = now;
    if (durations.length > speedWindow) durations.shift();
    last = {
      step: done,
      epoch,
      loss,
      gradNorm,
      learningRate,
      imagesPerSecond: round(batch / mean(durations), 2),
      seconds: round(seconds(), 3),
      memory: Math.round((process.memoryUsage.rss() + memory) / 2 ** 20),
    };
    saved = false;
    const after = horizon.kind === 'steps' ? done / horizon.steps : progress;
    await options.onStep(last, Math.min(1, after));
  };

  for (;;) {
    const progress = clock.progress(asked, seconds(), mean(durations), asked - start.step, done - start.step);
    const over = progress >= 1 || signal?.aborted === true;
    if (!over) await ask(progress);
    // What is saved or drawn is the state after the last step asked for, so those under way come first.
    const halt = over || divides(options.checkpointEvery, asked) || divides(options.previewEvery, asked);
    while (flights.length >= (halt ? 1 : engine.depth)) await land();
    if (over) {
      // By the clock, what is saved must say that the time is over, or a continued run would find some left.
      if (horizon.kind === 'seconds' && progress >= 1) saved = false;
      break;
    }
    if (halt && divides(options.checkpointEvery, done)) {
      await options.save(last!, clock.reserve());
      saved = true;
    }
    const finished = horizon.kind === 'steps' && done >= horizon.steps;
    if (halt && !finished && divides(options.previewEvery, done)) await options.preview(last!);
    // Engines that compute on this thread would never let a signal through.
    await new Promise(setImmediate);
  }
  if (last && !saved) await options.save({ ...(last as Metrics), seconds: seconds() }, clock.reserve());
  const interrupted = signal?.aborted === true;
  return { interrupted, last, seconds: seconds() };
}

/**
 * The share of the run that is done. By the clock, the reserve is fixed once the speed is known, so shares only grow; the
 * `ahead` steps that are still under way when the time is over are part of it.
 */
function createHorizonClock(horizon: Horizon, startSeconds: number, startReserve: number | null, ahead: number) {
  let reserve = startReserve;
  let largest = 0;
  return {
    reserve: () => reserve,
    /** `askedHere` and `doneHere` are the steps of this process. */
    progress(asked: number, seconds: number, secondsPerStep: number, askedHere: number, doneHere: number): number {
      if (horizon.kind === 'steps') return asked / horizon.steps;
      if (reserve === null && doneHere >= speedSteps) {
        reserve = horizon.reserve(secondsPerStep) + ahead * secondsPerStep;
      }
      // A run continued after its time is over has nothing left to do, but a fresh one makes at least one step.
      if (askedHere === 0 && startSeconds === 0) return 0;
      // Never give more than a fifth of the budget away.
      const budget = horizon.seconds - Math.min(reserve ?? 0, horizon.seconds / 5);
      largest = Math.max(largest, seconds / budget);
      return largest;
    },
  };
}

function diverged(step: number, loss: number, gradNorm: number, advice?: () => string): InputError {
  const [name, value] = Number.isFinite(loss) ? ['gradient norm', gradNorm] : ['loss', loss];
  return new InputError(
    `Cannot continue training: the ${name} of step ${step} must be finite, received ${value}. ${advice?.() ?? ''}`.trim(),
  );
}

const divides = (every: number | null, step: number) => every !== null && step % every === 0;
const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number, digits: number) => Number(value.toFixed(digits));
