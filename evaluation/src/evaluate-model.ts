/** `evaluateModel`: how good the pictures of a model are, and whether it copies, without the terminal. */

import { type DeviceChoice, readModelFolder } from '@onnoise/runtime-node';
import { pictureShapeOf } from '@onnoise/scheduler/model';
import { type PrepareOptions, prepareDataset } from '@onnoise/training/data';
import { readTrainedOn } from '@onnoise/training/folder';
import { chooseImages, type TestImages } from './choose-images.ts';
import { evaluate } from './evaluate.ts';
import { openFiles } from './report/files.ts';
import type { Evaluation } from './report/types.ts';
import type { SamplingSettings } from './sample.ts';

export interface EvaluateOptions extends SamplingSettings {
  /** Model folder. */
  model: string;
  /** The images that it was trained on; what is left out is as its card says. A model of the digits needs none. */
  images?: (Partial<PrepareOptions> & { data: string }) | undefined;
  /** Images that it has never seen, in place of those that training held out. */
  testImages?: TestImages | undefined;
  /** Pictures to sample. Default: 1,000, or as many as there are images held out. */
  count?: number | undefined;
  /** Of the first picture. Default: 0. */
  seed?: number | undefined;
  /** Other settings of sampling to measure with, too. */
  sweep?: readonly SamplingSettings[] | undefined;
  /** Default: `auto`. */
  device?: DeviceChoice | undefined;
  /** Pictures per network call. */
  batch?: number | undefined;
  /** Folder for `evaluation.json` and the report. Default: nothing is written but the caches. */
  out?: string | undefined;
  hooks?: EvaluateHooks | undefined;
  signal?: AbortSignal | undefined;
}

export interface EvaluateHooks {
  /** A sentence that the user should read. */
  onNote?: (sentence: string) => void;
  /** `done` of `total` of a stage, which is named in words. */
  onProgress?: (stage: string, progress: { done: number; total: number }) => void;
}

/**
 * Measures a model's pictures beside real images and noise, and looks for copies of training images.
 *
 * @example
 * ```ts
 * import { evaluateModel } from '@onnoise/evaluation';
 *
 * const { measures, memorisation } = await evaluateModel({ model: 'models/faces', images: { data: 'faces' }, out: 'report' });
 * for (const { name, model } of measures) console.log(name, model.value);
 * console.log(memorisation?.verdict);
 * ```
 * @throws InputError for what does not fit together
 */
export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const { model: folder, images, testImages, count, seed = 0, sweep, device = 'auto', batch, out, ...rest } = options;
  const { hooks: { onNote = () => {}, onProgress } = {}, signal, ...settings } = rest;
  const model = await readModelFolder(folder);
  const trainedOn = await readTrainedOn(folder);
  const { data: source, ...others } = images ?? {};
  const named = { typed: { ...others, ...(source !== undefined && { source }) }, test: testImages };
  const chosen = chooseImages(`evaluate ${folder}`, named, pictureShapeOf(model), trainedOn);
  const files = out === undefined ? undefined : await openFiles(out, undefined);
  try {
    const { evaluation, pictures } = await evaluate(
      { ...chosen, model, trainedOn, count, seed, settings, sweep, device, batch },
      {
        stage: (label, _unit, work) => work((progress) => onProgress?.(label, progress)),
        prepare: (images) => prepareDataset(images, undefined, signal),
        onNote,
        signal,
      },
    );
    signal?.throwIfAborted();
    await files?.write(evaluation, pictures);
    return evaluation;
  } finally {
    await files?.close();
  }
}
