/** The network on a device, as the sampler's loop: what WebGPU and WebAssembly have in common. */
import type { PictureRequest, StepProgress } from '@onnoise/scheduler';

export interface StepHooks {
  /** Called for the steps that are wanted. */
  onStep?: ((progress: StepProgress) => void) | undefined;
  /**
   * Asked once a step, counted from 1, before its pictures are made ready for `onStep`: on WebGPU that means copying them
   * from the GPU. Default: every step.
   */
  wantsStep?: ((step: number, steps: number) => boolean) | undefined;
  /** Looked at between steps; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface Network {
  /** Images from noise, [N, C, H, W]. */
  sample(request: PictureRequest, hooks: StepHooks): Promise<Float32Array<ArrayBuffer>>;
  dispose(): Promise<void>;
  /** What to add to the reason of the device, a sentence. */
  note?: string;
}
