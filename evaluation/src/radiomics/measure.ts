/**
 * The Frechet radiomics distance of an evaluation's pictures and of its anchors, from as many training images: of what their masks mark,
 * where all have masks, as frd-score takes them. Which class a pixel has does not matter, but for the first, which is no part of it.
 */
import type { Measure } from '@onnoise/scheduler/model';
import { placesOf, takeImages } from '../measures/images.ts';
import { lettingOthersRun } from '../measures/let-others-run.ts';
import { RADIOMICS_DISTANCE } from '../measures/radiomics-distance.ts';
import type { ImageSet } from '../sets/types.ts';
import { type Radiomics, radiomicsDistance } from './distance.ts';
import { radiomicsOf } from './features.ts';

/** Whether only what masks mark counts. */
export const isMasked = (sets: RadiomicsSets): boolean =>
  Object.values(sets).every((set: ImageSet) => set.masks !== undefined);

/** All gray. */
export interface RadiomicsSets {
  model: ImageSet;
  real: ImageSet;
  noise: ImageSet;
  training: ImageSet;
}

export interface RadiomicsOptions {
  /** Chooses the training images. */
  seed: number;
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** @returns undefined where a distance is no number, as of a set from itself */
export async function measureRadiomics(
  given: RadiomicsSets,
  { seed, onProgress, signal }: RadiomicsOptions,
): Promise<Measure | undefined> {
  const { model, real, noise, training } = given;
  const masked = isMasked(given);
  const some = Math.min(model.count, training.count);
  const sets = [takeImages(training, placesOf(training.count, some, seed)), model, real, noise];
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  const letOthersRun = lettingOthersRun(signal);
  let done = 0;
  const rowsOf = async (set: ImageSet): Promise<Radiomics> => {
    const rows: Record<string, number>[] = [];
    const [, height, width] = set.shape;
    for (let i = 0; i < set.count; i++) {
      await letOthersRun();
      const [from, to] = [i * height * width, (i + 1) * height * width];
      const mask = masked ? set.masks!.subarray(from, to) : undefined;
      const row = radiomicsOf({ height, width, pixels: set.pixels.subarray(from, to), mask });
      // Of a blank picture, or an empty mask, nothing can be told: frd-score leaves it out, too.
      if (row && Object.values(row).every((value) => !Number.isNaN(value))) rows.push(row);
      onProgress?.(++done, total);
    }
    return rows;
  };
  const [reference, ...others] = [await rowsOf(sets[0]!), await rowsOf(model), await rowsOf(real), await rowsOf(noise)];
  if ([reference!, ...others].some((rows) => rows.length < 2)) return undefined;
  const values = others.map((rows) => radiomicsDistance(reference!, rows));
  if (!values.every(Number.isFinite)) return undefined;
  const [ofModel, ofReal, ofNoise] = values.map((value) => ({ value }));
  const { id, name, better } = RADIOMICS_DISTANCE;
  return { id, name, better, model: ofModel!, real: ofReal!, noise: ofNoise! };
}
