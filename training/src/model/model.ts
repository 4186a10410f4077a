/** Creates networks from configurations, and wraps them in an NCHW interface. */
import { sampleSizeOf, sidesOf } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';
import type { DropoutSpec } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import type { ChannelKey, ForwardOptions, Model, ModelConfig, NetworkRecord, ParameterSpec } from '../layers/types.ts';
import { type Conditioning, conditioningOf, withoutOff } from './condition-config.ts';
import { findNetwork, NETWORKS } from './networks.ts';

/**
 * The network that a configuration describes: `_class_name` names one of `NETWORKS`, the other keys are that network's.
 *
 * @throws InputError on an unknown key, a value that is not supported, or values that do not go together.
 */
export function createModel(json: unknown): Model {
  const name = (json as { _class_name?: unknown } | null | undefined)?._class_name;
  const network = findNetwork(name);
  if (!network) {
    const names = NETWORKS.map(({ className }) => className).join(' or ');
    return refuse("read the model's config", '_class_name', names, name);
  }
  const config = network.read(json);
  const inputs = (config as ModelConfig & Record<ChannelKey, number>)[network.channelKeys.at(-1)!];
  const stride = network.stride(config);
  const [height, width] = sidesOf(config.sample_size);
  config.sample_size = sampleSizeOf({ width, height });
  if (height % stride !== 0 || width % stride !== 0) {
    const words = `divisible by ${stride}, its total stride`;
    refuse(`read the ${config._class_name} config`, 'sample_size', words, config.sample_size);
  }
  const parameters: ParameterSpec[] = [];
  const dropouts: DropoutSpec[] = [];
  const { forward, halves } = network.build(config, parameters, dropouts);
  const conditioning = conditioningOf(config);
  return {
    config: written(config, network),
    parameters,
    dropouts,
    featureWidths: network.featureWidths(config),
    shape: [inputs, height, width],
    ...conditioning,
    timestepCount: config.num_train_timesteps,
    ...(halves && { halves }),
    forward(values, sample, timestep, options) {
      checkInputs(sample, options, { inputs, stride, ...conditioning });
      return tf.tidy(() => {
        const channelsLast = (x: tf.Tensor4D) => tf.transpose(x, [0, 2, 3, 1]);
        const { conditionImage: told } = options;
        const input = told ? tf.concat([channelsLast(sample), channelsLast(told)], 3) : channelsLast(sample);
        return tf.transpose(forward({ ...options, parameters: values }, input, timestep), [0, 3, 1, 2]);
      });
    },
  };
}

/** The configuration as its file has it. */
function written<C extends ModelConfig>(
  config: C,
  { unwritten = [], ours = {} }: NetworkRecord,
): ReturnType<typeof withoutOff<C>> {
  const kept = withoutOff(config);
  const values = kept as Record<string, unknown>;
  for (const [key, off] of Object.entries(ours)) if (values[key] === off) delete values[key];
  for (const key of unwritten) delete (kept as Partial<ModelConfig>)[key];
  return kept;
}

interface Expected extends Conditioning {
  inputs: number;
  stride: number;
}

function checkInputs(sample: tf.Tensor4D, options: ForwardOptions, expected: Expected) {
  const { labels, conditions: numbers, conditionImage: told } = options;
  const { inputs, stride, classCount, conditions, conditionImage } = expected;
  const action = 'run the network';
  const [, channels, height, width] = sample.shape;
  if (channels !== inputs || height % stride !== 0 || width % stride !== 0) {
    refuse(action, 'sample', `[N, ${inputs}, H, W] with H and W divisible by ${stride}`, sample.shape);
  }
  if (classCount === null && labels) refuse(action, 'labels', 'absent: it is unconditional', labels.shape);
  if (classCount !== null && labels?.shape[0] !== sample.shape[0]) {
    refuse(action, 'labels', `[N], one of ${classCount} classes a sample`, labels?.shape);
  }
  const columns = 2 * conditions.length;
  if (columns === 0 && numbers) refuse(action, 'conditions', 'absent: it has none', numbers.shape);
  if (columns > 0 && numbers?.shape.join() !== [sample.shape[0], columns].join()) {
    refuse(action, 'conditions', `[N, ${columns}], a value and a flag for each`, numbers?.shape);
  }
  if (!conditionImage && told) refuse(action, 'conditionImage', 'absent: it takes none', told.shape);
  if (conditionImage && told?.shape.join() !== [sample.shape[0], conditionImage.shape[0], height, width].join()) {
    refuse(action, 'conditionImage', `[N, ${conditionImage.shape[0]}, H, W] as the sample`, told?.shape);
  }
}
