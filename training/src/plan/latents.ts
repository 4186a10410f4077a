/** A network that learns latents: what its autoencoder settles of the settings, and which of them do not go with one. */
import {
  type DecodedFacts,
  decodedFacts,
  extentOf,
  type ImageShape,
  pictureSizeOf,
  sampleSizeOf,
} from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';
import { type Autoencoder, latentShape } from '../autoencoder/index.ts';
import { findNetwork } from '../model/index.ts';
import type { ConfigLayer, TrainConfig } from '../settings/config.ts';
import { fields } from '../settings/fields.ts';

const ACTION = 'start training';

/** What lies above presets and below what was given: pictures are those of the autoencoder. */
export function autoencoderLayer({ name, hash, shape }: Autoencoder): ConfigLayer {
  const [channels, height, width] = shape;
  const data = { size: pictureSizeOf({ width, height }), channels };
  return { name, config: { data, training: { autoencoder: name, autoencoderHash: hash } } };
}

/**
 * A layer with a recorded autoencoder is that of a run, and says it rightly.
 * @throws InputError for another that says how large latents are: the autoencoder does
 */
export function refuseLatentSize({ name, config: { model = {}, training = {} } }: ConfigLayer): void {
  if (training.autoencoderHash !== undefined) return;
  const keys = ['sample_size', 'in_channels', 'out_channels', 'image_channels'];
  const given = keys.find((key) => model[key] !== undefined && model[key] !== null);
  if (given !== undefined) {
    refuse(ACTION, `model.${given} of ${name}`, 'left out: the autoencoder decides it', model[given]);
  }
}

/** The settings with a network for the latents of its pictures. @throws InputError for what does not go with latents */
export function withLatentSize(config: TrainConfig, autoencoder: Autoencoder): TrainConfig {
  const { data, training } = config;
  const { channels, stride, name, hash } = autoencoder;
  checkMoves(data);
  const given = training.autoencoderHash;
  if (given !== undefined && given.toLowerCase() !== hash) {
    refuse(ACTION, '--autoencoder-hash', `the SHA-256 of ${name}, ${hash}`, given);
  }
  if (data.channels !== channels) {
    refuse(ACTION, '--channels', `${channels}, as the pictures of the autoencoder ${name}`, data.channels);
  }
  if (data.maskRole === 'output') {
    refuse(ACTION, '--mask-role', 'input with --autoencoder, which makes no masks', data.maskRole);
  }
  const { width, height } = extentOf(data.size!);
  if (width % stride !== 0 || height % stride !== 0) {
    refuse(ACTION, '--size', `a multiple of ${stride}, the stride of the autoencoder ${name}`, data.size);
  }
  const [latents, ...sides] = latentShape(autoencoder, [height, width]);
  const { channelKeys = [] } = findNetwork(config.model._class_name) ?? {};
  const model = {
    ...config.model,
    sample_size: sampleSizeOf({ height: sides[0]!, width: sides[1]! }),
    ...Object.fromEntries(channelKeys.map((key) => [key, latents])),
  };
  return { ...config, model, training: { ...training, autoencoderHash: hash } };
}

/** Latents are made once, of the images as they are. */
function checkMoves(data: TrainConfig['data']): void {
  for (const key of ['flip', 'rotate', 'translate', 'scale', 'contrast'] as const) {
    const { flag, default: usual } = fields.data[key];
    if (data[key] !== usual) {
      refuse(
        ACTION,
        `--${flag}`,
        'left out with --autoencoder: latents are made once, of images as they are',
        data[key],
      );
    }
  }
}

/** What the network's pictures are; undefined for one that draws these itself. @throws InputError for other latents */
export const picturesOf = (autoencoder: Autoencoder | undefined, shape: ImageShape): DecodedFacts | undefined =>
  autoencoder && decodedFacts(ACTION, autoencoder, shape);

/** A sentence for each thing that may surprise. */
export function notesOnLatents(
  autoencoder: Autoencoder,
  { size }: TrainConfig['data'],
  images: { hash: string },
): string[] {
  const { name, shape, learnt } = autoencoder;
  const [, height, width] = shape;
  const own = pictureSizeOf({ width, height });
  return [
    ...(size === own ? [] : [`The autoencoder ${name} learnt images of ${own} pixels, and these are ${size}.`]),
    ...(learnt === undefined || learnt === images.hash
      ? []
      : [`The autoencoder ${name} learnt other images than these: look whether it gives these back well.`]),
  ];
}
