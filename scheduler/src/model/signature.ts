/**
 * Checks a network's signature. Inputs `sample` [N, C, H, W] float32, `timestep` [N] float32 and, where the network is
 * conditional on classes or K numbers, `class_labels` [N] int64 and `conditions` [N, 2K] float32; output `out_sample`
 * [N, C, H, W] float32.
 */
import { type ConditioningFacts, extraInputs } from './conditioning.ts';
import type { ImageShape } from './pixels.ts';

/** An input or output, as onnxruntime or the file describes it. */
export interface NetworkPort {
  name: string;
  /** `float32`; undefined if it is not a tensor. */
  type: string | undefined;
  /** A text stands for a free dimension, '' for one without a name. */
  dims: readonly (number | string)[];
}

/** What unet/config.json says about the network. */
export interface NetworkShape extends ConditioningFacts {
  shape: ImageShape;
}

/** What is wrong with the inputs and outputs, as the end of a sentence about the file; undefined if nothing is. */
export function signatureFault(
  inputs: readonly NetworkPort[],
  outputs: readonly NetworkPort[],
  unet: NetworkShape,
): string | undefined {
  const image = ['N', ...unet.shape];
  const wanted: NetworkPort[] = [
    { name: 'sample', type: 'float32', dims: image },
    { name: 'timestep', type: 'float32', dims: ['N'] },
    ...extraInputs(unet).map(({ name, type, sides }) => ({ name, type, dims: ['N', ...sides] })),
  ];
  const find = (ports: readonly NetworkPort[], name: string) => ports.find((port) => port.name === name);
  if (inputs.length !== wanted.length || wanted.some(({ name }) => !find(inputs, name))) {
    return `must have the inputs ${namesOf(wanted)} that unet/config.json asks for, received ${namesOf(inputs)}`;
  }
  for (const port of wanted) {
    const fault = portFault(find(inputs, port.name)!, port);
    if (fault !== undefined) return fault;
  }
  const output = find(outputs, 'out_sample');
  if (output === undefined) return `must have the output out_sample, received ${namesOf(outputs)}`;
  return portFault(output, { name: 'out_sample', type: 'float32', dims: image });
}

const namesOf = (ports: readonly NetworkPort[]) => ports.map(({ name }) => name).join(', ') || 'none';

function portFault({ name, type, dims }: NetworkPort, wanted: NetworkPort): string | undefined {
  if (type === undefined) return `must have a tensor for ${name}, received another type`;
  const fits =
    type === wanted.type &&
    dims.length === wanted.dims.length &&
    wanted.dims.every((side, i) => typeof dims[i] === 'string' || (side !== 'N' && dims[i] === side));
  if (fits) return undefined;
  const received = dims.map((side) => (side === '' ? '?' : side)).join(', ');
  return `must have ${name} as ${wanted.type} [${wanted.dims.join(', ')}] with N free, received ${type} [${received}]`;
}
