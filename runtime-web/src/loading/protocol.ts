/**
 * The messages between the page and its worker: plain objects, matched by number.
 *
 * The page asks with `{id, ask}`; the worker answers with any number of `{id, tell}` and one `{id, done}` or
 * `{id, failed}`. `{id, cancel}` ends a question early: it then fails with an AbortError. `{id, start}` lets go of a load that
 * is held. `{id, seen}` is the page's receipt for frames it has handled, so that the worker makes no more than the page can show.
 */
import type { ImageSeed } from '@onnoise/scheduler';
import type { Artefact, ImageShape, PictureOptions } from '@onnoise/scheduler/model';
import type { ModelFiles } from '../session/artefact.ts';
import type { Device, DeviceReport } from '../session/device-report.ts';

/** A model folder: its URL, or its files by their path in it. */
export type Source = { kind: 'url'; url: string } | { kind: 'files'; files: ModelFiles };

export interface LoadProgress {
  /**
   * `model`: the network's file; `runtime`: onnxruntime-web. Without byte counts: `held`: both are here, and wait for what the page
   * named; `session`: opening the network.
   */
  stage: 'runtime' | 'model' | 'held' | 'session';
  /** Bytes. */
  loaded: number;
  /** Bytes, if the server says. */
  total: number | null;
}

export interface ModelInfo extends Artefact, DeviceReport {
  /** Size of the network's file. */
  bytes: number;
  /** SHA-256 of the network's file in hex; empty on an insecure origin, where browsers do not compute it. */
  hash: string;
}

/** The pictures after a step, [n, C, H, W] as bytes: `toByte` of each value. A mask that a model draws with them is apart. */
export interface StepFrame {
  /** Steps done, 1 to `steps`. Frames may be left out where the page is slow, never the last. */
  step: number;
  steps: number;
  /** The timestep that `x` has just left. */
  timestep: number;
  x: Uint8ClampedArray<ArrayBuffer>;
  /** As predicted at this step. */
  x0: Uint8ClampedArray<ArrayBuffer>;
  /** Of a model that draws masks: class numbers of `x` and of `x0`, [n, H, W]. */
  masks?: Uint8Array<ArrayBuffer>;
  masks0?: Uint8Array<ArrayBuffer>;
  /** Since sampling began. */
  seconds: number;
}

export interface SampleRequest extends PictureOptions {}

export interface Samples {
  /** [N, C, H, W], mostly within [-1, 1] (within it where the scheduler clips). */
  images: Float32Array<ArrayBuffer>;
  /** [C, H, W], without the planes of a mask. */
  shape: ImageShape;
  /** One per image. */
  seeds: ImageSeed[];
  /** One per image, for a conditional model. */
  labels?: number[];
  /** Of a model that draws masks: class numbers [N, H, W], and how sure each is, [N, H, W] in 0..1. */
  masks?: Uint8Array<ArrayBuffer>;
  maskConfidence?: Float32Array<ArrayBuffer>;
  /** Where `returnLatents` asked for it: the noise that the images started from, [N, C, H, W]. */
  latents?: Float32Array<ArrayBuffer>;
}

export interface SampleResult extends Samples {
  seconds: number;
  stepsPerSecond: number;
}

/** The values of tensors, by the names of inputs or outputs. */
export type GraphTensors = Record<string, GraphTensor>;

export type GraphTensor =
  | { type: 'float32'; data: Float32Array<ArrayBuffer>; dims: readonly number[] }
  | { type: 'int64'; data: BigInt64Array<ArrayBuffer>; dims: readonly number[] };

/** A run of an ONNX file on WebAssembly, outside of any model's sampling. */
export interface GraphRequest {
  /** Names the file: it is fetched and opened once, as long as it is among the last few used. */
  id: string;
  /** The folder that it lies in. */
  source: Source;
  /** Its path there: `unet/model.onnx`. */
  path: string;
  /** Modules of a network, as diffusers names them, whose outputs are wanted as well, under these names. */
  expose?: readonly string[];
  /** Modules whose skips are cut: where what they give is laid beside the values of the way up, there are zeros. */
  cut?: readonly string[];
  feeds: GraphTensors;
}

/** null: the device can be used; else why not, a sentence. */
export interface Devices {
  webgpu: string | null;
  wasm: { threads: number; reason: string };
}

/** Each question with its request, its progress messages and its answer. */
export interface Questions {
  load: {
    ask: { source: Source; device: Device | 'auto'; held: boolean };
    tell: LoadProgress;
    done: ModelInfo;
  };
  sample: { ask: { request: SampleRequest; frames: boolean }; tell: StepFrame; done: SampleResult };
  run: { ask: GraphRequest; tell: LoadProgress; done: { outputs: GraphTensors } };
  devices: { ask: null; tell: never; done: Devices };
}

export type Question = keyof Questions;

export type FromPage =
  | { [Q in Question]: { id: number; question: Q; ask: Questions[Q]['ask'] } }[Question]
  | { id: number; cancel: true }
  | { id: number; start: true }
  | { id: number; seen: true };

export type FromWorker =
  | { id: number; tell: Questions[Question]['tell'] }
  | { id: number; done: Questions[Question]['done'] }
  | { id: number; failed: Failure };

/** An error as a message: classes do not survive the way between threads. */
export interface Failure {
  name: string;
  message: string;
  stack?: string | undefined;
}

/** The part of `Worker`, `MessagePort` and a worker's own scope that is used here. */
export interface MessageEnd<Sent, Received> {
  postMessage(message: Sent, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { data: Received }) => void): void;
}
