/** Networks by configuration, and the NCHW face they show. */
import { refuse } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { simpleUnet } from './simple-unet.ts';
import { readSimpleUnetConfig } from './simple-unet-config.ts';
import type { Forward, Model, ModelConfig, ParameterSpec } from './types.ts';
import { unet2d } from './unet2d.ts';
import { readUNet2DConfig } from './unet2d-config.ts';

/**
 * The network that a configuration describes: `_class_name` is `SimpleUnet` or `UNet2DModel`, the other keys are those of
 * `SimpleUnetConfig` and `UNet2DConfig`.
 *
 * @throws InputError on an unknown key, a value that is not supported, or values that do not go together.
 */
export function createModel(config: unknown): Model {
  const name = (config as { _class_name?: unknown } | null | undefined)?._class_name;
  if (name === 'SimpleUnet') {
    const read = readSimpleUnetConfig(config);
    const { image_channels } = read;
    return assemble(read, image_channels, 2 ** (read.channels.length - 1), (list) => simpleUnet(read, list));
  }
  if (name === 'UNet2DModel') {
    const read = readUNet2DConfig(config);
    const stride = 2 ** (read.block_out_channels.length - 1);
    return assemble(read, read.in_channels, stride, (list) => unet2d(read, list));
  }
  return refuse("read the model's config", '_class_name', 'SimpleUnet or UNet2DModel', name);
}

function assemble(
  config: ModelConfig,
  inputs: number,
  stride: number,
  build: (parameters: ParameterSpec[]) => Forward,
): Model {
  const size = config.sample_size;
  if (size % stride !== 0) {
    refuse(`read the ${config._class_name} config`, 'sample_size', `divisible by ${stride}, its total stride`, size);
  }
  const parameters: ParameterSpec[] = [];
  const forward = build(parameters);
  const classCount = config.num_class_embeds;
  return {
    config,
    parameters,
    imageShape: [inputs, size, size],
    classCount,
    timestepCount: config.num_train_timesteps,
    forward(values, sample, timestep, options) {
      checkInputs(sample, options.labels, { inputs, stride, classCount });
      return tf.tidy(() => {
        const nhwc = tf.transpose(sample, [0, 2, 3, 1]);
        return tf.transpose(forward({ ...options, parameters: values }, nhwc, timestep), [0, 3, 1, 2]);
      });
    },
  };
}

interface Expected {
  inputs: number;
  stride: number;
  classCount: number | null;
}

function checkInputs(sample: tf.Tensor4D, labels: tf.Tensor1D | undefined, { inputs, stride, classCount }: Expected) {
  const action = 'run the network';
  const [, channels, height, width] = sample.shape;
  if (channels !== inputs || height % stride !== 0 || width % stride !== 0) {
    refuse(action, 'sample', `[N, ${inputs}, H, W] with H and W divisible by ${stride}`, sample.shape);
  }
  if (classCount === null && labels) refuse(action, 'labels', 'absent: it is unconditional', labels.shape);
  if (classCount !== null && labels?.shape[0] !== sample.shape[0]) {
    refuse(action, 'labels', `[N], one of ${classCount} classes a sample`, labels?.shape);
  }
}
