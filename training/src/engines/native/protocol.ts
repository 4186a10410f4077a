/** The calls from a training process to its engine's process. */
import type { StepInputs, StepRecipe, StepResult } from '../../step/contracts.ts';

/** Calls are served in order. Tensors travel one by one: a whole state may be too large for one message. */
export type EngineMethods = {
  /** Loads TensorFlow. */
  start(): Promise<Greeting>;
  /** Which step to run, and how many steps share one read of losses: a read waits for all work queued on a GPU. */
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

interface Greeting {
  gpu: boolean;
  /** Version of libtensorflow. */
  tensorflow: string;
  /** CUDA libraries that do not load, if it sees no GPU. */
  missing: string[];
}
