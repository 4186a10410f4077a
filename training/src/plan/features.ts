/** The network whose features count in the loss of an autoencoder: its file, and what it gives for the images. */
import { readFile } from 'node:fs/promises';
import { diskReason } from '@onnoise/base/files';
import { plural } from '@onnoise/base/text';
import type { ImageShape } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import {
  type FeatureFile,
  type FeatureLayer,
  type FeatureNetwork,
  fitFeatures,
  readFeatureFile,
} from '../features/index.ts';
import type { DescribedModel } from '../model/described.ts';
import { runPaths } from '../saved/run-folder.ts';
import { FEATURE_WEIGHT } from '../settings/autoencoder-fields.ts';
import type { ConfigLayer, TrainConfig } from '../settings/config-types.ts';

const ACTION = 'start training';

/** A network that was read, fitted to the images of a run. */
export interface Features {
  file: FeatureFile;
  network: FeatureNetwork;
  layers: readonly FeatureLayer[];
}

/** Below the others: whoever names a network wants it to count. */
export function featureLayers(layers: readonly ConfigLayer[]): ConfigLayer[] {
  const given = (key: string) => layers.some(({ config }) => config.training?.[key] !== undefined);
  if (!given('featureModel') || given('featureWeight')) return [];
  return [{ name: '--feature-model', config: { training: { featureWeight: FEATURE_WEIGHT } } }];
}

/**
 * Of a run that continues, its own copy; else the file that the settings name.
 * @returns undefined where no features count, and where a network is still to be trained
 * @throws InputError for a file that is no network of images, and one of another hash than the settings have
 */
export async function readFeatures(
  { featureWeight, featureModel, featureRange, featureHash }: TrainConfig['training'],
  resumed: string | undefined,
): Promise<FeatureFile | undefined> {
  if (featureRange !== undefined && featureModel === undefined) {
    refuse(ACTION, '--feature-range', 'left out without --feature-model', featureRange);
  }
  if (featureWeight === 0) return undefined;
  const own = resumed === undefined ? undefined : await readFile(runPaths(resumed).features).catch(() => undefined);
  const name = featureModel ?? TRAINED;
  const bytes = own ?? (featureModel === undefined ? undefined : await readNamed(featureModel));
  if (!bytes) return undefined;
  const file = await readFeatureFile(name, bytes);
  requireHash(own ? { ...file, name: runPaths(resumed!).features } : file, featureHash);
  return file;
}

/** How sentences call the network that is trained on the images. */
const TRAINED = 'the network of features';

/** @throws InputError for another network than that of the settings */
export function requireHash({ name, hash }: FeatureFile, wanted: string | undefined): void {
  if (wanted !== undefined && wanted.toLowerCase() !== hash) {
    refuse(ACTION, '--feature-hash', `the SHA-256 of ${name}, ${hash}`, wanted);
  }
}

async function readNamed(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EISDIR' ? 'received a folder' : (diskReason(error) ?? error.message);
    throw new InputError(`Cannot ${ACTION}: --feature-model must be an ONNX file, ${path}: ${why}.`);
  });
}

/** @throws InputError for features that are asked of a network that gives no images back */
export function checkFeatures({ halves }: Pick<DescribedModel, 'halves'>, { training }: TrainConfig): void {
  if (halves) return;
  const rule = 'left out: features count in the loss of an autoencoder alone';
  const { featureWeight, featureModel } = training;
  if (featureModel !== undefined) refuse(ACTION, '--feature-model', rule, featureModel);
  if (featureWeight > 0) refuse(ACTION, '--feature-weight', rule, featureWeight);
}

/** What was found last of a file: plans are made several times on the way to one, and large networks take seconds. */
const found = new WeakMap<FeatureFile, { key: string; features: Features }>();

/** @param shape [C, H, W] of the images @throws InputError for images that the network does not take */
export function featuresFor(file: FeatureFile, shape: ImageShape, { training }: TrainConfig): Features {
  const { featureRange } = training;
  const key = [...shape, featureRange].join();
  const last = found.get(file);
  if (last?.key === key) return last.features;
  const features = { file, ...fitFeatures(file, shape, featureRange) };
  found.set(file, { key, features });
  return features;
}

/** What counts, in sentences. @param shape [C, H, W] of the images */
export function notesOnFeatures(
  { training }: TrainConfig,
  { shape }: Pick<DescribedModel, 'shape'>,
  features: Features | undefined,
): string[] {
  const { featureWeight, featureModel, featureRange } = training;
  if (featureWeight === 0) return [];
  if (!features) return ['Features: a network is trained on the images first. Estimates are without it.'];
  const { file, network, layers } = features;
  const { input } = network;
  const named = layers.map((layer) => `${layer.name} (${layer.shape.join(' x ')})`).join(', ');
  return [
    `Features: ${plural(layers.length, 'layer')} of ${file.name} count ${featureWeight}: ${named}.`,
    ...(input.channels > shape[0] ? [`Gray images are repeated in the ${input.channels} channels that it takes.`] : []),
    ...(featureModel !== undefined && file.input.range === undefined && featureRange === undefined
      ? ['Black and white are -1 and 1 to it; --feature-range says otherwise.']
      : []),
  ];
}
