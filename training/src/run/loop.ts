/**
 * The training loop: a batch, its noise, one step of the engine, and again, with checkpoints and pictures in between.
 * An engine in another process gets up to `depth` batches ahead, so that it never waits for one.
 * A step depends only on (seed, step, place in the data), so a continued run repeats the losses of one that never
 * stopped, to the last bit. Runs that end by the clock are the exception: their learning rate follows time.
 */
import { InputError } from '@onnoise/scheduler/rules';
import {
  type ConditionInputs,
  type DrawOptions,
  type DropoutSpec,
  drawMasks,
  drawStep,
  emaDecayAt,
  type LrOptions,
  lrAt,
} from '@onnoise/scheduler/training';
import { createHorizonClock, type Horizon, type Progress } from '../plan/horizon.ts';
import type { StepMetrics } from '../saved/metrics.ts';
import type { Batches, StepInputs, StepResult, TrainEngine, TrainStep } from '../step/contracts.ts';

export interface LoopOptions {
  engine: TrainEngine;
  step: Pick<TrainStep, 'scalars'>;
  batches: Batches;
  conditionInputs: ConditionInputs;
  batch: number;
  /** Whether batches come with all that a step draws. */
  drawn?: boolean;
  /** Values of one image, C * H * W. */
  size: number;
  /** Layers of the network that drop values, if any. */
  dropouts?: readonly DropoutSpec[] | undefined;
  /** Offset noise and the distribution of timesteps. */
  draws?: DrawOptions | undefined;
  /** Number of timesteps. */
  T: number;
  seed: number;
  lr: LrOptions;
  /** Decay of the averaged weights; null when there are none. */
  emaDecay: number | null;
  /** Where to begin: updates done, seconds worked so far, and the reserve if it was fixed. */
  start: Progress;
  horizon: Horizon;
  /** Steps between checkpoints and between pictures; null leaves them to the end. */
  checkpointEvery: number | null;
  previewEvery: number | null;
  /** Checked between steps. The running step is finished and saved. */
  signal?: AbortSignal | undefined;
  /** After every step; `progress` is the share of the run that is done, 0 to 1. */
  onStep: (metrics: StepMetrics, progress: number) => Promise<void> | void;
  /** `reserve` is the seconds that a run by the clock keeps for its end, null until known. */
  save: (metrics: StepMetrics, reserve: number | null) => Promise<void>;
  preview: (metrics: StepMetrics) => Promise<void>;
  /** Advice for when the loss has become NaN or infinite. */
  advice?: () => string;
}

export interface LoopResult {
  interrupted: boolean;
  /** Of the last step; undefined when there was nothing left to do. */
  last: StepMetrics | undefined;
  seconds: number;
}

/** Steps whose speed is averaged for `imagesPerSecond`. */
const SPEED_WINDOW = 20;

/** A step that the engine has not answered yet. */
interface Flight {
  epoch: number;
  lr: number;
  progress: number;
  scale: number | null;
  answer: Promise<StepResult>;
}

/** Where the loop is. */
interface LoopState {
  /** Steps given to the engine and steps answered, both with those of earlier processes. */
  asked: number;
  done: number;
  /** What the next step draws. */
  drawn: ReturnType<typeof drawAll> | undefined;
  flights: Flight[];
  /** Seconds of work so far. */
  seconds: () => number;
  /** When the awaited step began, and how many seconds the newest ones took. */
  since: number;
  durations: number[];
  last: StepMetrics | undefined;
  /** Whether a checkpoint holds the last step. */
  saved: boolean;
}

/** @throws InputError when the loss or the gradient is NaN or infinite; that step is not saved. */
export async function runLoop(options: LoopOptions): Promise<LoopResult> {
  const { engine, start, horizon, signal } = options;
  const clock = createHorizonClock(horizon, start, engine.depth - 1);
  const state = startLoop(start);
  const aborted = () => signal?.aborted === true;

  for (;;) {
    const { asked, done } = state;
    const progress = clock.progress(
      asked,
      state.seconds(),
      mean(state.durations),
      asked - start.step,
      done - start.step,
    );
    const over = progress >= 1 || aborted();
    if (!over) await ask(state, options, progress);
    // Saving and drawing use the state after the last requested step, so the steps under way must finish first.
    const halt = over || divides(options.checkpointEvery, state.asked) || divides(options.previewEvery, state.asked);
    while (state.flights.length >= (halt ? 1 : engine.depth)) await land(state, options);
    if (over) {
      // By the clock, the checkpoint must say that the time is over, or a continued run would find some left.
      if (horizon.kind === 'seconds' && progress >= 1) state.saved = false;
      break;
    }
    if (halt && divides(options.checkpointEvery, state.done)) {
      await options.save(state.last!, clock.reserve());
      state.saved = true;
    }
    const finished = horizon.kind === 'steps' && state.done >= horizon.steps;
    if (halt && !finished && divides(options.previewEvery, state.done)) await options.preview(state.last!);
    // An engine that computes on this thread would otherwise let no signal through.
    await new Promise(setImmediate);
  }
  const { last, saved, seconds } = state;
  if (last && !saved) await options.save({ ...last, seconds: seconds() }, clock.reserve());
  return { interrupted: aborted(), last, seconds: seconds() };
}

function startLoop(start: Progress): LoopState {
  const began = performance.now();
  return {
    asked: start.step,
    done: start.step,
    drawn: undefined,
    flights: [],
    seconds: () => start.seconds + (performance.now() - began) / 1000,
    since: began,
    durations: [],
    last: undefined,
    saved: true,
  };
}

/** Noise, timesteps and masks of a step, which counts from 0. */
const drawAll = ({ seed, batch, size, T, draws, dropouts = [], drawn }: LoopOptions, step: number): StepInputs =>
  drawn ? {} : { ...drawStep(seed, step, batch, size, T, draws), ...drawMasks(seed, step, batch, dropouts) };

/** Draws the next batch and gives it to the engine. */
async function ask(state: LoopState, options: LoopOptions, progress: number): Promise<void> {
  if (state.flights.length === 0) state.since = performance.now();
  const { images, epoch, lesson, scale = 1, ...conditions } = await options.batches.next();
  const draw = state.drawn ?? drawAll(options, state.asked);
  const lr = lrAt(options.lr, state.asked, progress);
  const emaDecay = emaDecayAt(state.asked, options.emaDecay ?? 0);
  const inputs = { images, ...draw, ...options.conditionInputs(conditions, state.asked), ...lesson };
  state.asked++;
  const scalars = options.step.scalars({ step: state.asked, lr, emaDecay });
  const answer = options.engine.step({ ...inputs, ...scalars });
  // land() awaits the answer later. Until then this keeps a failure from counting as unhandled.
  answer.catch(() => {});
  // The engine's other threads and processes are at work by now; what it computes on this thread begins after this.
  state.drawn = drawAll(options, state.asked);
  state.flights.push({ epoch, lr, progress, scale, answer });
}

/** Waits for the oldest step. */
async function land(state: LoopState, { horizon, batch, advice, onStep }: LoopOptions): Promise<void> {
  const { epoch, lr, progress, scale, answer } = state.flights[0]!;
  const { loss: total, gradNorm, memory = 0 } = await answer;
  const loss = total * (scale ?? 0);
  state.flights.shift();
  const step = ++state.done;
  if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) throw diverged(step, loss, gradNorm, advice);
  const now = performance.now();
  state.durations.push((now - state.since) / 1000);
  state.since = now;
  if (state.durations.length > SPEED_WINDOW) state.durations.shift();
  state.last = {
    step,
    epoch,
    loss,
    gradNorm,
    lr,
    imagesPerSecond: round(batch / mean(state.durations), 2),
    seconds: round(state.seconds(), 3),
    memory: Math.round((process.memoryUsage.rss() + memory) / 2 ** 20),
  };
  state.saved = false;
  const after = horizon.kind === 'steps' ? step / horizon.steps : progress;
  await onStep(state.last, Math.min(1, after));
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
