import { classColours } from '@onnoise/scheduler/model';
import { signal } from '@preact/signals';
import { type ImageShape, sizeOf } from '../../../state/picture.ts';
import type { ModelEntry } from '../../../state/store.ts';

/**
 * The steps of one sampling as bytes, to go back and forth in. Frame s pairs x_t after s steps with the x_0 the network
 * predicts from that very x_t, so frame 0 is pure noise and the first guess, frame `steps` the picture.
 *
 * The engine reports x after a step with the x_0 predicted before it: a frame is complete when the next step arrives.
 * If the engine left that step out, the frame keeps the prediction it came with.
 * Limits: beyond `budget` bytes every second frame is dropped, repeatedly; the last always stays.
 */
export interface Frame {
  /** Steps taken, 0 to `steps`. */
  step: number;
  /** [N, C, H, W] */
  x: Uint8ClampedArray;
  /** [N, C, H, W] */
  x0: Uint8ClampedArray;
  /** Of a model that draws masks: class numbers of `x` and of `x0`, [N, H, W]. */
  masks?: Uint8Array;
  masks0?: Uint8Array;
}

/** What sampling starts from. */
export type Start = Pick<Frame, 'x' | 'masks'>;

export interface FrameStore {
  readonly steps: number;
  /** The last step that can be shown, -1 before the first is complete. */
  readonly last: number;
  /** Bytes held. */
  readonly bytes: number;
  /** Adds a step of the engine: the images after it, and as predicted in it. Steps rise, and include the last. */
  push(told: Frame): void;
  /** No more steps will come: the last one can be shown. */
  close(): void;
  /** The kept frame at or just before a step (else the first); undefined while empty. */
  at(step: number): Frame | undefined;
}

const DEFAULT_BUDGET = 96 * 2 ** 20;

/** @param start the noise that sampling starts from */
export function createFrameStore(start: Start, steps: number, budget = DEFAULT_BUDGET): FrameStore {
  const frames: Frame[] = []; // by rising step
  let pending: Start & Partial<Frame> & { step: number } = { step: 0, ...start };
  const each = 2 * (start.x.length + (start.masks?.length ?? 0));
  let stride = 1;
  let last = -1;

  const size = () => frames.length * each;
  const stays = ({ step }: Frame) => step % stride === 0 || step === steps;

  function keep(frame: Frame): void {
    last = frame.step;
    if (stays(frame)) frames.push(frame);
    while (size() > budget && stride < steps) {
      stride *= 2;
      frames.splice(0, frames.length, ...frames.filter(stays));
    }
  }

  return {
    steps,
    get last() {
      return last;
    },
    get bytes() {
      return size();
    },
    push(told) {
      const { step } = told;
      if (step <= pending.step) throw new Error(`Step ${step} came after step ${pending.step}.`);
      const { x0, masks0 } = step > pending.step + 1 && isWhole(pending) ? pending : told;
      keep({ ...pending, x0, ...(masks0 && { masks0 }) });
      pending = told;
      if (step === steps) keep(told);
    },
    close() {
      if (isWhole(pending) && pending.step !== last) keep(pending);
    },
    at(step) {
      let found = frames[0];
      for (const frame of frames) {
        if (frame.step > step) break;
        found = frame;
      }
      return found;
    },
  };
}

const isWhole = (frame: Partial<Frame>): frame is Frame => frame.x0 !== undefined;

/** At most `many` steps from 0 to `last`, evenly spaced, both ends included: for a film strip or an animation. */
export function evenSteps(last: number, many: number): number[] {
  const shown = Math.max(1, Math.min(many, last + 1));
  if (shown === 1) return [last];
  return Array.from({ length: shown }, (_, i) => Math.round((i * last) / (shown - 1)));
}

/** What is shown of pictures that come with masks: the pictures, their masks in colours, or both, one over the other. */

export type Look = 'pictures' | 'masks' | 'both';

export const look = signal<Look>('pictures');

/** Of the picture below a mask. */
const SHARE = 0.55;

export interface Seen {
  /** [N, C, H, W] */
  pixels: Uint8ClampedArray;
  shape: ImageShape;
}

/** The pictures of a model: their shape, what is drawn of it, and what comes with it. */
export interface Looked {
  shape: ImageShape;
  maskOutput?: ModelEntry['maskOutput'] | undefined;
  shows?: ModelEntry['shows'] | undefined;
}

/** The channels of a batch that are shown. */
function shownPart({ shape, shows }: Looked, x: Uint8ClampedArray): Seen {
  if (shows === undefined) return { pixels: x, shape };
  const [channels, height, width] = shape;
  const plane = height * width;
  const count = x.length / sizeOf(shape);
  const pixels = new Uint8ClampedArray(count * shows.length * plane);
  for (let image = 0; image < count; image++) {
    for (const [c, channel] of shows.entries()) {
      const from = (image * channels + channel) * plane;
      pixels.set(x.subarray(from, from + plane), (image * shows.length + c) * plane);
    }
  }
  return { pixels, shape: [shows.length, height, width] };
}

/** What is drawn of a batch; of a batch without masks, the channels that are shown. */
export function lookOf(
  model: Looked,
  { x, masks }: Pick<Start, 'x'> & { masks?: Uint8Array | undefined },
  wanted: Look,
): Seen {
  const { maskOutput } = model;
  const seen = shownPart(model, x);
  if (!masks || !maskOutput || wanted === 'pictures') return seen;
  const { shape } = seen;
  const [channels, height, width] = shape;
  const plane = height * width;
  const colours = classColours(maskOutput.classes.length);
  const pixels = new Uint8ClampedArray(3 * masks.length);
  for (let i = 0; i < masks.length; i++) {
    const image = Math.floor(i / plane);
    const at = i % plane;
    const own = wanted === 'masks' ? 1 : masks[i] === 0 ? 0 : 1 - SHARE;
    for (let c = 0; c < 3; c++) {
      const level = seen.pixels[image * sizeOf(shape) + (channels === 3 ? c * plane : 0) + at]!;
      pixels[(3 * image + c) * plane + at] = own * colours[masks[i]!]![c]! + (1 - own) * level;
    }
  }
  return { pixels, shape: [3, height, width] };
}
