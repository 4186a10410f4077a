/** A network on a device, with the sampling loop: the interface that WebGPU and WebAssembly share. */
import type { StepProgress } from '@onnoise/scheduler';
import type { PictureRequest } from '@onnoise/scheduler/model';
import type { InferenceSession, Tensor } from 'onnxruntime-web';

export interface StepHooks {
  /** Called after the steps that `wantsStep` picks; the next step waits for a promise that it returns. */
  onStep?: ((progress: StepProgress) => unknown) | undefined;
  /**
   * Whether `onStep` is to get the pictures of this step, counted from 1. Asked first, because WebGPU must copy them
   * from the GPU. Default: every step.
   */
  wantsStep?: ((step: number, steps: number) => boolean) | undefined;
  /** Checked between steps; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What a decoder takes of image `i` of those drawn, [1, Z, h, w], where it is: on the GPU or in memory. */
export type LatentsOf = (i: number) => Tensor;

/** Pictures [N, C, H, W] of the latents of `count` images. */
export type Decode = (latents: LatentsOf, count: number) => Promise<Float32Array<ArrayBuffer>>;

interface Sampling extends StepHooks {
  /** For a network that draws latents: it, and `onStep`, then give pictures. */
  decode?: Decode | undefined;
}

export interface Network {
  /** Images from noise, [N, C, H, W]. */
  sample(request: PictureRequest, hooks: Sampling): Promise<Float32Array<ArrayBuffer>>;
  /** What other graphs are to be opened on, beside it. */
  providers: readonly InferenceSession.ExecutionProviderConfig[];
  dispose(): Promise<void>;
  /** What to add to the reason of the device, a sentence. */
  note?: string;
}
