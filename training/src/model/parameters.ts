/** Counts and initialises a network's parameters. */
import { gaussian, uniform } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import type { Model, ParameterSpec } from '../layers/types.ts';

/** Parameter i draws from this stream plus i, away from the streams of noise and data. */
const FIRST_STREAM = 0x10000000;

interface Counted {
  shape: readonly number[];
  trainable: boolean;
}

/** Number of trainable values: PyTorch's `sum(p.numel() for p in model.parameters())`. */
export const countParameters = ({ parameters }: { parameters: readonly Counted[] }): number =>
  parameters.reduce((count, { shape, trainable }) => count + (trainable ? sizeOf(shape) : 0), 0);

/**
 * Starting values of all parameters and buffers, in PyTorch's order and from PyTorch's default distributions.
 *
 * @param seed 0 to 2^53 - 1; the same seed gives the same values on every machine.
 * @param zeroInit starts the last layer of each residual branch and of the network at zero, as Ho et al. 2020 do: every
 * block begins as the identity. All other values stay as they are.
 * @throws InputError when the seed is out of range.
 */
export function initParameters(
  model: Pick<Model, 'parameters'>,
  seed: number,
  zeroInit = false,
): Map<string, Float32Array> {
  return new Map(
    model.parameters.map((spec, i) => {
      const zero = zeroInit && spec.closing;
      return [spec.name, initial(zero ? { ...spec, init: { kind: 'zeros' } } : spec, seed, FIRST_STREAM + i)];
    }),
  );
}

function initial({ shape, init }: ParameterSpec, seed: number, stream: number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  switch (init.kind) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'uniform':
      uniform(seed, stream, 0, values);
      return values.map((u) => init.bound * (2 * u - 1));
    case 'normal':
      gaussian(seed, 0, values, stream);
      return values.map((z) => init.deviation * z);
  }
}
