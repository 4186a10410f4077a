/** When a run is over, and how much of it is done: by its steps or by the clock. */
import { imagesPerStep } from '../settings/batch.ts';
import type { TrainConfig } from '../settings/config-types.ts';

/** After so many steps, or so many seconds of work (pictures and checkpoints included). */
export type End = { kind: 'steps'; steps: number } | { kind: 'seconds'; seconds: number };

export type Horizon =
  | { kind: 'steps'; steps: number }
  | {
      kind: 'seconds';
      seconds: number;
      /** Seconds to keep for what comes after the last step; called once the speed of a step is known. */
      reserve: (secondsPerStep: number) => number;
    };

/** Where a run stands, as its checkpoint says. */
export interface Progress {
  /** Updates done. */
  step: number;
  /** Seconds of work so far. */
  seconds: number;
  /** Seconds that a run by the clock keeps for its end; null until known. */
  reserve: number | null;
}

/** After so many steps the speed is certain enough to fix the reserve of a run by the clock. */
const SPEED_STEPS = 8;

/** Share of a student's minutes in which its teacher draws, where nothing says how much. */
const DRAWING_SHARE = 0.25;

/** Seconds in which a teacher draws for its student; undefined where a number of pictures or steps says how much. */
export function drawingSeconds({ training }: TrainConfig): number | undefined {
  const { calls, lessons, minutes } = training;
  if (calls === undefined || lessons !== undefined || minutes === undefined) return undefined;
  return DRAWING_SHARE * minutes * 60;
}

/**
 * The end of the steps, before which a teacher may have drawn.
 * @param images number of training images @returns undefined if the settings name no end
 */
export function endOf(config: TrainConfig, images: number): End | undefined {
  const { minutes } = config.training;
  if (minutes !== undefined) return { kind: 'seconds', seconds: minutes * 60 - (drawingSeconds(config) ?? 0) };
  const steps = stepsOf(config, images);
  return steps === undefined ? undefined : { kind: 'steps', steps };
}

/** The steps of a run; undefined if it ends by the clock, or by epochs of an unknown number of images. */
export function stepsOf({ training }: TrainConfig, images: number | undefined): number | undefined {
  const { steps, epochs } = training;
  if (steps !== undefined) return steps;
  return epochs === undefined || images === undefined
    ? undefined
    : epochs * Math.floor(images / imagesPerStep(training));
}

/** Whether nothing is left to train. */
export function isOver(end: End, { step, seconds, reserve }: Progress): boolean {
  return end.kind === 'steps' ? step >= end.steps : seconds >= budgetOf(end.seconds, reserve);
}

/**
 * The share of the run that is done. By the clock, the reserve is fixed once the speed is known, so shares only grow.
 * It includes time for the `ahead` steps that are still under way when the time is over.
 */
export function createHorizonClock(horizon: Horizon, start: Progress, ahead: number) {
  let { reserve } = start;
  let largest = 0;
  return {
    reserve: () => reserve,
    /** `askedHere` and `doneHere` are the steps of this process. */
    progress(asked: number, seconds: number, secondsPerStep: number, askedHere: number, doneHere: number): number {
      if (horizon.kind === 'steps') return asked / horizon.steps;
      if (reserve === null && doneHere >= SPEED_STEPS) {
        reserve = horizon.reserve(secondsPerStep) + ahead * secondsPerStep;
      }
      // A run continued after its time was over has nothing left to do, but a fresh one does at least one step.
      if (askedHere === 0 && start.seconds === 0) return 0;
      largest = Math.max(largest, seconds / budgetOf(horizon.seconds, reserve));
      return largest;
    },
  };
}

/** Seconds for the steps: what comes after them gets a fifth at most. */
const budgetOf = (seconds: number, reserve: number | null) => seconds - Math.min(reserve ?? 0, seconds / 5);
