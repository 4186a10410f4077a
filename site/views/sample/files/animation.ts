/** The downloads: the sheet as a still, and an animation of x_t beside the predicted x_0. */

import { writeZip } from '@onnoise/runtime-web/zip';
import { maskNamesFile, shownChannels } from '@onnoise/scheduler/model';
import type { ImageShape } from '../../../state/picture.ts';
import { evenSteps, type Frame, type Look, type Looked, lookOf } from '../state/frames.ts';
import { beside, gridColumns, type Pixels, picture, sheet } from '../state/layout.ts';
import type { Run } from '../state/state.ts';
import { encodePng, labelMapPng } from './png.ts';

const GAP = 2;
const BACKGROUND = 255;
/** An animation is for messages and slides: more frames make it heavy, not better. */
const MOST_FRAMES = 60;
const SECONDS = 4;
const HOLD = 1600;
const STILL_SIDE = 1024;
const ANIMATION_SIDE = 720;

/** What is drawn of a sampling. */
export type Drawn = Pick<Run, 'frames' | 'shape' | 'maskOutput' | 'shows'>;

/** The pictures of one step as a PNG, laid out as on the page; on the right their masks in colours, where there are some. */
export function stillPng(
  run: Looked,
  { x, masks }: Pick<Frame, 'x' | 'masks'>,
  text: Readonly<Record<string, string>>,
) {
  const { pixels: own, shape } = lookOf(run, { x }, 'pictures');
  if (!masks) return encodePng([{ pixels: roomySheet(own, shape, STILL_SIDE), delay: 0 }], text);
  const colours = lookOf(run, { x, masks }, 'masks');
  const left = inColour(roomySheet(own, shape, STILL_SIDE / 2));
  const pixels = beside(left, roomySheet(colours.pixels, colours.shape, STILL_SIDE / 2), left.width >> 5, BACKGROUND);
  return encodePng([{ pixels, delay: 0 }], text);
}

function inColour({ data, width, height, channels }: Pixels): Pixels {
  if (channels === 3) return { data, width, height, channels };
  return {
    data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]!),
    width,
    height,
    channels: 3,
  };
}

/** x_t on the left, the predicted x_0 on the right; the last frame stays a while. */
export function animatedPng(run: Drawn, look: Look, text: Readonly<Record<string, string>>) {
  const { frames } = run;
  const steps = evenSteps(frames.last, MOST_FRAMES);
  const delay = Math.round(Math.min(200, (SECONDS * 1000) / steps.length));
  const drawn = steps.map((step) => {
    const { x, x0, masks, masks0 } = frames.at(step)!;
    const [left, right] = [lookOf(run, { x, masks }, look), lookOf(run, { x: x0, masks: masks0 }, look)].map(
      ({ pixels, shape }) => roomySheet(pixels, shape, ANIMATION_SIDE / 2),
    ) as [Pixels, Pixels];
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

/** Pictures and the masks that were drawn with them, each a file, as `pipeline train --data images --masks masks` takes them. */

/** A zip file of the last step. @param name of its folder @param text for each picture */
export async function pairsZip(
  {
    frames,
    shape,
    maskOutput,
    shows,
    parameters,
  }: Pick<Run, 'frames' | 'shape' | 'maskOutput' | 'shows' | 'parameters'>,
  name: string,
  text: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { x, masks } = frames.at(frames.last)!;
  const [channels, height, width] = shape;
  const plane = height * width;
  const shown = shows ?? shownChannels(channels);
  const files: Record<string, Uint8Array<ArrayBuffer> | string> = {};
  for (let i = 0; i < parameters.count; i++) {
    const file = `${String(i + 1).padStart(2, '0')}.png`;
    const own = picture(x, shape, i);
    const data = Uint8Array.from({ length: plane * shown.length }, (_, at) => {
      return own[shown[at % shown.length]! * plane + Math.floor(at / shown.length)]!;
    });
    const pixels = { data, width, height, channels: shown.length as 1 | 3 };
    files[`${name}/images/${file}`] = await encodePng([{ pixels, delay: 0 }], text);
    const mask = masks!.subarray(i * plane, (i + 1) * plane);
    files[`${name}/masks/${file}`] = await labelMapPng(mask, { width, height }, maskOutput!, text);
  }
  files[`${name}/masks/labels.json`] = maskNamesFile(maskOutput!);
  return writeZip(files);
}
