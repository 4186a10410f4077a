/**
 * How the game shows any picture, real or synthetic. Files and networks leave marks that show in a pixel count but not
 * to the eye: a file's paper is level 0 everywhere and its digits are 20 pixels high; a network's paper is at 4, its
 * white at 244 and its digits are 19 to 22 high. So both kinds go through one last step: a small random zoom and shift,
 * levels near the ends evened out, and few levels. Only the drawing is left to tell them apart.
 */

import type { SampleRequest, SamplingWorker } from '@onnoise/runtime-web';
import { uniform } from '@onnoise/scheduler';
import type { ModelEntry } from '../../../state/models.ts';
import { fromBytes, type ImageShape, sizeOf } from '../../../state/picture.ts';
import { pauses } from '../../../state/tasks.ts';
import type { Deal } from './plan.ts';
import type { TermsName } from './terms.ts';

/** Depends on the real pictures: drawings are evened out more than scenes. */
export interface Presentation {
  /** Levels of 255: at or below the first is black, at or above the second is white. */
  ends: readonly [black: number, white: number];
  /** Least and most. Below 1 the edge pixels are extended, which does not show on plain paper. */
  zoom: readonly [least: number, most: number];
  /**
   * Whether each pixel first becomes a mean of it and those around it, weights 1, 2, 1 either way, and then three times more with
   * a drawn weight of those around. Default: no.
   */
  soft?: boolean;
  /** Levels that each end is drawn from, around those of `ends`. Default: 0, 0. */
  drawn?: readonly [black: number, white: number];
}

/** Ink on paper, or chalk on slate: a clear ground all around, which may be extended and evened out. */
const DRAWINGS: Presentation = { ends: [48, 208], zoom: [0.9, 1.1] };
/** Anything else: all levels but the last few are kept, and no edge comes into view. */
const SCENES: Presentation = { ends: [8, 247], zoom: [1, 1.15] };

/**
 * Phantoms of hands: a network paints the grain of film and the glow around the hand a little smoother than they are. Of both
 * the hand and the letter are left. Edges are a little sharper or softer in the one kind, so each picture draws how soft it is, and
 * how it is exposed.
 */
const PHANTOMS: Presentation = { ends: [32, 250], zoom: [1, 1.3], soft: true, drawn: [32, 96] };

export const LEVELS = 32;
/** Weight of each of a pixel's two neighbours, and how often pixels are softened by a drawn part of it. */
const SOFT = 1 / 4;
const SOFTENED = 3;
/** The largest shift either way, as a share of the side; scenes move no farther than their edge. */
const SHIFT = 1 / 28;

/** Number of real pictures that decide which they are. */
const LOOKED_AT = 50;
/** Levels from black and white. */
const PLAIN = 12;
/** Least share of such pixels in drawings; radiographs and clothes on black have more levels in between. */
const MOSTLY = 0.7;

/** Drawings are pictures that are mostly plain black or white. */
export function presentationOf(
  count: number,
  shape: ImageShape,
  read: (index: number) => ArrayLike<number>,
  terms: TermsName = 'real',
): Presentation {
  if (terms === 'phantom') return PHANTOMS;
  const looked = Math.min(count, LOOKED_AT);
  let plain = 0;
  for (let i = 0; i < looked; i++) {
    const bytes = read(Math.floor((i * count) / looked));
    for (let p = 0; p < bytes.length; p++) if (Math.min(bytes[p]!, 255 - bytes[p]!) <= PLAIN) plain++;
  }
  return plain > MOSTLY * looked * sizeOf(shape) ? DRAWINGS : SCENES;
}

/** The seed’s stream for these; sampling uses those from 0 on. */
const LOT = 2 ** 31;

/**
 * @param x [C, H, W] in [-1, 1]
 * @param seed draws zoom, shift, softness and exposure
 * @returns bytes [C, H, W]
 */
export function present(
  x: ArrayLike<number>,
  shape: ImageShape,
  { ends, zoom: [least, most], soft = false, drawn = [0, 0] }: Presentation,
  seed: number,
): Uint8ClampedArray<ArrayBuffer> {
  const [channels, height, width] = shape;
  const lot = new Float64Array(6);
  uniform(seed, LOT, 0, lot);
  const from = soft ? softly(x, shape, lot[3]!) : x;
  const white = ends[1] + drawn[1] * (lot[4]! - 0.5);
  const black = ends[0] + drawn[0] * (lot[5]! - 0.5);
  const zoom = least * (most / least) ** lot[0]!;
  const shift = (side: number, share: number) => {
    const hidden = ((side - 1) * (1 - 1 / zoom)) / 2; // pixels that the zoom hides at either end
    return (2 * share - 1) * (least < 1 ? SHIFT * side : Math.min(SHIFT * side, hidden));
  };
  const columns = alongSide(width, zoom, shift(width, lot[1]!));
  const rows = alongSide(height, zoom, shift(height, lot[2]!));
  const out = new Uint8ClampedArray(channels * height * width);
  for (let c = 0; c < channels; c++) {
    const plane = c * height * width;
    const at = (row: number, column: number) => from[plane + row * width + column]!;
    for (let i = 0; i < height; i++) {
      const [top, bottom, down] = rows[i]!;
      for (let j = 0; j < width; j++) {
        const [left, right, across] = columns[j]!;
        const above = at(top, left) * (1 - across) + at(top, right) * across;
        const below = at(bottom, left) * (1 - across) + at(bottom, right) * across;
        const level = (above * (1 - down) + below * down + 1) * 127.5;
        out[plane + i * width + j] = quantise((level - black) / (white - black));
      }
    }
  }
  return out;
}

/** @param share part of the weight that is drawn, 0 to 1 */
function softly(x: ArrayLike<number>, shape: ImageShape, share: number): ArrayLike<number> {
  let soft = softened(x, shape, SOFT);
  for (let i = 0; i < SOFTENED; i++) soft = softened(soft, shape, SOFT * share);
  return soft;
}

/** Past an edge its pixels go on. @param share weight of each of two neighbours, 0 to 1/4 */
function softened(x: ArrayLike<number>, [, height, width]: ImageShape, share: number): Float32Array {
  const along = (values: ArrayLike<number>, stride: number, side: number) => {
    const soft = new Float32Array(values.length);
    for (let i = 0; i < soft.length; i++) {
      const at = Math.floor(i / stride) % side;
      const before = values[at > 0 ? i - stride : i]!;
      const after = values[at < side - 1 ? i + stride : i]!;
      soft[i] = share * (before + after) + (1 - 2 * share) * values[i]!;
    }
    return soft;
  };
  return along(along(x, 1, width), width, height);
}

/** For each pixel of a side: the two source pixels, and the weight of the second. */
function alongSide(side: number, zoom: number, shift: number): [number, number, number][] {
  const middle = (side - 1) / 2;
  return Array.from({ length: side }, (_, i) => {
    const from = Math.min(Math.max((i - middle) / zoom + middle + shift, 0), side - 1);
    const first = Math.min(Math.floor(from), Math.max(side - 2, 0));
    return [first, Math.min(first + 1, side - 1), from - first];
  });
}

/** Rounds 0..1 to one of the levels, as a byte. */
function quantise(share: number): number {
  const step = Math.round(Math.min(Math.max(share, 0), 1) * (LEVELS - 1));
  return Math.round((step * 255) / (LEVELS - 1));
}

/**
 * Paints a round in the background, a few pictures at a time: the next ones while the first are played.
 *
 * It makes a synthetic picture for every place, even where a real one is shown. So the work, the progress and the wait
 * of a round are always the same, and a wait never gives away what comes next.
 */

/** Places painted in one go. */
export const BATCH = 5;

interface PaintOptions {
  worker: Pick<SamplingWorker, 'sample'>;
  deals: readonly Deal[];
  /** Place of the first picture to paint. */
  from: number;
  steps: number;
  shape: ImageShape;
  /** A real picture's bytes, [C, H, W]. */
  readReal: (index: number) => ArrayLike<number>;
  /** How any picture of the round is shown. */
  presentation: Presentation;
  /**
   * Whether each picture is sampled by itself, and none is looked at on its way: an autoencoder would take longer to show the steps than
   * the network to make them. Default: no.
   */
  singly?: boolean | undefined;
  /** Share of the batch that is done, 0 to 1. */
  onProgress?: ((done: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The pictures shown at the next places, as bytes [C, H, W]. Rejects as the sampler does. */
export async function paintBatch(options: PaintOptions): Promise<Uint8ClampedArray<ArrayBuffer>[]> {
  const { worker, deals, from, shape, readReal, presentation, singly, onProgress, signal } = options;
  const batch = deals.slice(from, from + BATCH);
  const size = sizeOf(shape);
  const made: Float32Array[] = [];
  for (const some of singly ? batch.map((deal) => [deal]) : [batch]) {
    const { images } = await worker.sample(requestOf(some, options), {
      ...(!singly && { onStep: ({ step, steps }) => onProgress?.(step / steps) }),
      ...(signal && { signal }),
    });
    for (const i of some.keys()) made.push(images.slice(i * size, (i + 1) * size));
    if (singly) onProgress?.(made.length / batch.length);
  }
  const shown: Uint8ClampedArray<ArrayBuffer>[] = [];
  const pause = pauses();
  for (const [i, { kind, real, seed }] of batch.entries()) {
    const found = fromBytes(readReal(real));
    shown.push(present(kind === 'real' ? found : made[i]!, shape, presentation, seed));
    await pause();
  }
  return shown;
}

function requestOf(batch: readonly Deal[], { steps }: PaintOptions): SampleRequest {
  const labels = batch.flatMap(({ label }) => (label === null ? [] : [label]));
  return {
    seeds: batch.map(({ seed }) => seed),
    steps,
    sampler: 'ddim',
    conditions: Object.fromEntries(
      Object.keys(batch[0]!.conditions).map((name) => [name, batch.map(({ conditions }) => conditions[name]!)]),
    ),
    ...(labels.length > 0 && { labels }),
  };
}

/** Why a model cannot paint a round, a sentence; undefined: it can. */
export function whyUnplayable({
  title,
  conditionImage,
  nullCondition = false,
}: Pick<ModelEntry, 'title' | 'conditionImage' | 'nullCondition'>): string | undefined {
  if (conditionImage === undefined || nullCondition) return undefined;
  const given = conditionImage.mask ? 'a drawing' : 'a picture that it is told';
  return `${title} makes no picture without ${given}, and a round has none to give: choose another model for the game.`;
}
