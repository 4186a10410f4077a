/**
 * MONAI's `RFlowScheduler`: the straight line of flow matching under other names. Its network says the velocity the other way
 * round, from noise to the picture, so the weights and the bias of its last layer change their sign.
 *
 * | MONAI                                       | here                                                            |
 * |---------------------------------------------|-----------------------------------------------------------------|
 * | `num_train_timesteps`                       | `num_train_timesteps`                                           |
 * | `use_discrete_timesteps`                    | nothing: networks take any timestep                             |
 * | `sample_method`, `loc`, `scale`             | nothing in sampling; `--timestep-sampling`, `--logit-mean`, `--logit-std` in training |
 * | `use_timestep_transform` and its settings   | not taken: they depend on the size of the pictures              |
 *
 * Source: `monai/networks/schedulers/rectified_flow.py` of MONAI 1.6.1.
 */
import { InputError, refuse } from '@onnoise/scheduler/rules';

/** Whether settings are of the class: its arguments, with `_target_` as bundles have it. */
export const isRflow = ({ _target_, _class_name }: Readonly<Record<string, unknown>>): boolean =>
  [_target_, _class_name].some((name) => typeof name === 'string' && /(^|\.)RFlowScheduler$/.test(name));

const KNOWN: readonly string[] = [
  ...['_target_', '_class_name', 'num_train_timesteps', 'use_discrete_timesteps', 'sample_method', 'loc', 'scale'],
  ...['use_timestep_transform', 'transform_scale', 'steps_offset', 'base_img_size_numel', 'spatial_dim'],
];

/** The same as diffusers names it. @throws InputError for what is not known, and for timesteps that are moved. */
export function scheduleOfRflow(given: Readonly<Record<string, unknown>>, from: string): Record<string, unknown> {
  const action = `import ${from}`;
  const unknown = Object.keys(given).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw new InputError(`Cannot ${action}: unknown key ${JSON.stringify(unknown)}. Known keys: ${KNOWN.join(', ')}.`);
  }
  const { use_timestep_transform: transform, steps_offset: offset = 0, num_train_timesteps = 1000 } = given;
  if (transform) {
    refuse(action, 'use_timestep_transform', 'false: it depends on the size of the pictures; name it as shift', true);
  }
  if (offset !== 0) refuse(action, 'steps_offset', '0', offset);
  return { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps };
}

const LAST = ['conv_out.weight', 'conv_out.bias'] as const;

/** Changes the sign of the last layer, in place. @throws InputError for a network without one of that name. */
export function turnLastLayer(values: ReadonlyMap<string, Float32Array>, from: string): void {
  for (const name of LAST) {
    const layer = values.get(name) ?? refuse(`import ${from}`, 'the network of RFlowScheduler', 'a UNet2DModel', name);
    for (let i = 0; i < layer.length; i++) layer[i] = -layer[i]!;
  }
}
