/** What a training process asks of its engine's process. */
import type { StepInputs, StepRecipe, StepResult } from '../../contracts.ts';

/** Calls are served in order. Tensors travel one by one: a whole state may be larger than a message can be. */
export type EngineMethods = {
  /** Loads TensorFlow. */
  start(): Promise<Greeting>;
  /** Which step to run, and after how many of them losses are read: each read waits for all that was asked of a GPU. */
  define(work: { recipe: StepRecipe; lossEvery: number }): void;
  write(tensor: { name: string; values: Float32Array }): void;
  read(name: string): Float32Array;
  step(inputs: StepInputs): Promise<EngineStep>;
  countTensors(): number;
  /** Frees everything. */
  stop(): void;
};

export interface EngineStep extends StepResult {
  /** The id of the newest tensor handle of the binding, which counts up as an int32. */
  handle: number;
}

export interface Greeting {
  gpu: boolean;
  /** Version of libtensorflow. */
  tensorflow: string;
  /** CUDA libraries that do not load, where there is no GPU. */
  missing: string[];
}
