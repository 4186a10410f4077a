/** The downloads: the sheet as a still, and an animation of x_t beside the predicted x_0. */

import type { ImageShape } from '../../../state/pixels.ts';
import { evenSteps, type FrameStore } from '../state/frames.ts';
import { beside, gridColumns, type Pixels, sheet } from '../state/layout.ts';
import { encodePng } from './png.ts';

const GAP = 2;
const BACKGROUND = 255;
/** An animation is for messages and slides: more frames make it heavy, not better. */
const MOST_FRAMES = 60;
const SECONDS = 4;
const HOLD = 1600;
const STILL_SIDE = 1024;
const ANIMATION_SIDE = 720;

/** The pictures of one step as a PNG, laid out as on the page. */
export function stillPng(batch: Uint8ClampedArray, shape: ImageShape, text: Readonly<Record<string, string>>) {
  return encodePng([{ pixels: roomySheet(batch, shape, STILL_SIDE), delay: 0 }], text);
}

/** x_t on the left, the predicted x_0 on the right; the last frame stays a while. */
export function animatedPng(frames: FrameStore, shape: ImageShape, text: Readonly<Record<string, string>>) {
  const steps = evenSteps(frames.last, MOST_FRAMES);
  const delay = Math.round(Math.min(200, (SECONDS * 1000) / steps.length));
  const drawn = steps.map((step) => {
    const { x, x0 } = frames.at(step)!;
    const [left, right] = [x, x0].map((batch) => roomySheet(batch, shape, ANIMATION_SIDE / 2)) as [Pixels, Pixels];
    return { pixels: beside(left, right, left.width >> 5, BACKGROUND), delay: step === frames.last ? HOLD : delay };
  });
  return encodePng(drawn, text);
}

/** A sheet about `side` pixels wide, scaled by a whole number. */
function roomySheet(batch: Uint8ClampedArray, shape: ImageShape, side: number): Pixels {
  const [channels, height, width] = shape;
  const longer = Math.max(height, width);
  const columns = gridColumns(batch.length / (channels * height * width), (5 * longer) / width, (3 * longer) / height);
  const scale = Math.max(1, Math.floor(side / (columns * (width + GAP))));
  return sheet(batch, shape, { columns, scale, gap: GAP * Math.max(1, scale >> 1), background: BACKGROUND });
}
