/** The images that `pipeline anomaly` scores: those options of `pipeline prepare` that need no table; left out ones are as in training. */
import { FROM_CARD, IMAGE_FIELDS } from '@onnoise/evaluation/options';
import type { ImageShape } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { PrepareOptions } from '@onnoise/training/data';
import type { Options } from 'yargs';
import { tableOptions, typedValues } from './tables.ts';

const { source, depth, fit, background, window, frames, axis, layout, strict, cacheDir } = IMAGE_FIELDS;
const TABLE = { source, depth, fit, background, window, frames, axis, layout, strict, cacheDir };

export function anomalyDataOptions(group: string): Record<string, Options> {
  const options = tableOptions(TABLE, group);
  options[source.flag] = { ...options[source.flag], demandOption: true };
  for (const key of FROM_CARD) {
    if (!(key in TABLE)) continue;
    const { flag } = TABLE[key as keyof typeof TABLE];
    options[flag] = { ...options[flag], defaultDescription: 'as in training' };
  }
  return options;
}

/** Options of `prepareDataset`: the typed ones, else as the model's training.json says. @throws InputError for sources with tables */
export async function typedImages(
  action: string,
  args: Readonly<Record<string, unknown>>,
  shape: ImageShape,
  folder: string,
): Promise<PrepareOptions> {
  const [{ chooseImages }, { readTrainedOn }] = await Promise.all([
    import('@onnoise/evaluation/options'),
    import('@onnoise/base/folders'),
  ]);
  const typed = typedValues(TABLE, args);
  const card = await readTrainedOn(folder);
  const { data } = chooseImages(action, { typed }, shape, card);
  if (data.data === '') throw new InputError(`Cannot ${action}: --data must name images, received "".`);
  // It is told nothing of the images.
  const { labelNames: _, masks: __, maskClasses: ___, conditionImages: ____, ...options } = data;
  return { ...options, validationShare: 0 };
}
