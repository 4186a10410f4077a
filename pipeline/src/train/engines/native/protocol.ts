/** What a training process and its engine process say to each other: a request, and one answer with the same id. */
import type { StepInputs, StepRecipe, StepResult } from '../../contracts.ts';

/** Requests are served in order. Tensors travel one by one: a whole state may be larger than a message can be. */
export interface Methods {
  /** Which step to run, and after how many of them losses are read: each read waits for all that was asked of a GPU. */
  define(work: { recipe: StepRecipe; lossEvery: number }): void;
  write(tensor: { name: string; values: Float32Array }): void;
  read(name: string): Float32Array;
  step(inputs: StepInputs): EngineStep;
  countTensors(): number;
  /** Frees everything and lets the process end. */
  stop(): void;
}

export interface EngineStep extends StepResult {
  /** The id of the newest tensor handle of the binding, which counts up as an int32. */
  handle: number;
}

export type Method = keyof Methods;
export interface Request {
  id: number;
  method: Method;
  argument: unknown;
}
export type Answer = { id: number; result: unknown } | { id: number; error: string };

/** The first message of an engine process: it is ready, or why it is not. */
export type Greeting =
  | { ready: true; gpu: boolean; tensorflow: string /** CUDA libraries, where there is no GPU. */; missing: string[] }
  | { ready: false; reason: string };
