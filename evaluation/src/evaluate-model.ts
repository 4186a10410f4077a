/** How good pictures are, and whether they are copies, without the terminal: of a model (`evaluateModel`), or of any tool. */

import { readTrainedOn } from '@onnoise/base/folders';
import { type DeviceChoice, readModelFolder } from '@onnoise/runtime-node';
import { pictureShapeOf } from '@onnoise/scheduler/model';
import { type PrepareOptions, prepareDataset } from '@onnoise/training/data';
import { chooseImages, type ImagesOfEvaluation, type NamedImages, type TestImages } from './choose-images.ts';
import { evaluate } from './evaluate.ts';
import { fromFiles } from './from-files.ts';
import { fromModel } from './from-model.ts';
import { openFiles } from './report/files.ts';
import type { Evaluation } from './report/types.ts';
import type { SamplingSettings } from './sampling/sample.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { PictureSource } from './source.ts';

interface CommonOptions {
  /** Images that were not learnt from, in place of those that are held out of the others. */
  testImages?: TestImages | undefined;
  /** Pictures to measure. Default: 1,000 of a model, all that are there of files; or as many as there are images held out. */
  count?: number | undefined;
  /** Of a model's first picture, and of all that is drawn. Default: 0. */
  seed?: number | undefined;
  /** Folder for `evaluation.json` and the report. Default: nothing is written but the caches. */
  out?: string | undefined;
  hooks?: EvaluateHooks | undefined;
  signal?: AbortSignal | undefined;
}

export interface EvaluateOptions extends SamplingSettings, CommonOptions {
  /** Model folder. */
  model: string;
  /** The images that it was trained on; what is left out is as its card says. A model of the digits needs none. */
  images?: (Partial<PrepareOptions> & { data: string }) | undefined;
  /** Default: `auto`. */
  device?: DeviceChoice | undefined;
  /** Pictures per network call. */
  batch?: number | undefined;
}

export interface EvaluatePicturesOptions extends CommonOptions {
  /** A folder, a ZIP, an .npy or .npz, IDX files, or the folder of shards that `pipeline generate` wrote. */
  pictures: string;
  /** A table of the pictures, with the columns that `images` names. */
  csv?: string | undefined;
  /** The images that they may be copies of. Default: those are of the size and channels of the pictures. */
  images: Partial<PrepareOptions> & { data: string };
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
  const { model: folder, images, testImages, device = 'auto', batch, count, seed, out, ...rest } = options;
  const { hooks, signal, ...settings } = rest;
  const model = await readModelFolder(folder);
  const trainedOn = await readTrainedOn(folder);
  const named = namedImages(images, testImages);
  const chosen = chooseImages(`evaluate ${folder}`, named, pictureShapeOf(model), trainedOn);
  const open = async () => ({
    source: await fromModel({ model, trainedOn, images: chosen, settings, device, batch }),
    images: chosen,
  });
  return evaluateFrom(open, { count, seed, out, hooks, signal });
}

/**
 * The same of pictures that are there, whatever made them.
 *
 * @example
 * ```ts
 * import { evaluatePictures } from '@onnoise/evaluation';
 *
 * const { measures } = await evaluatePictures({ pictures: 'fakes', images: { data: 'faces' }, testImages: { data: 'others' } });
 * ```
 * @throws InputError for what does not fit together
 */
export async function evaluatePictures(options: EvaluatePicturesOptions): Promise<Evaluation> {
  const { pictures, csv, images, testImages, ...common } = options;
  const named = { pictures, csv, images: namedImages(images, testImages) };
  return evaluateFrom((hooks) => fromFiles(named, hooks), common);
}

function namedImages(images: EvaluateOptions['images'], test: TestImages | undefined): NamedImages {
  const { data: source, ...others } = images ?? {};
  return { typed: { ...others, ...(source !== undefined && { source }) }, test };
}

async function evaluateFrom(
  open: (hooks: EvaluationHooks) => Promise<{ source: PictureSource; images: ImagesOfEvaluation }>,
  { count, seed = 0, out, hooks: { onNote = () => {}, onProgress } = {}, signal }: Omit<CommonOptions, 'testImages'>,
): Promise<Evaluation> {
  const hooks: EvaluationHooks = {
    stage: (label, _unit, work) => work((progress) => onProgress?.(label, progress)),
    prepare: (images) => prepareDataset(images, undefined, signal),
    onNote,
    signal,
  };
  const files = out === undefined ? undefined : await openFiles(out, undefined);
  try {
    const { source, images } = await open(hooks);
    try {
      const { evaluation, pictures } = await evaluate({ ...images, source, count, seed }, hooks);
      signal?.throwIfAborted();
      await files?.write(evaluation, pictures);
      return evaluation;
    } finally {
      await source.close();
    }
  } finally {
    await files?.close();
  }
}
