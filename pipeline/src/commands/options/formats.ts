/** The options of `pipeline export` that make the network smaller. */
import { check, number, oneOf, refuse, worded } from '@onnoise/scheduler/rules';
import type { Options } from 'yargs';
import type { FormatRequest } from '../../export/formats/make-smaller.ts';
import { WEIGHT_BITS, type WeightBits } from '../../export/formats/weight-bits.ts';
import { toNumber } from '../../terminal/options.ts';

export interface FormatArguments {
  dtype?: 'float32' | 'float16' | 'int8' | undefined;
  quantize?: 'int8' | undefined;
  weightBits?: WeightBits | undefined;
  drift?: number | undefined;
  judge?: string | undefined;
}

export function formatOptions(group: string) {
  return {
    dtype: {
      group,
      choices: ['float32', 'float16', 'int8'] as const,
      requiresArg: true,
      describe:
        'How weights are stored: float16 takes half the bytes and int8 a quarter; the network still computes in float32',
      defaultDescription: 'float32',
    },
    quantize: {
      group,
      choices: ['int8'] as const,
      requiresArg: true,
      describe: 'Compute most layers in 8 bits: a quarter of the bytes, and faster on a CPU',
    },
    'weight-bits': {
      group,
      requiresArg: true,
      coerce: toNumber('weight-bits'),
      describe: 'Bits per weight for --quantize; 8 is finer, but gives wrong results on x86 processors without VNNI',
      defaultDescription: '7',
    },
    drift: {
      group,
      requiresArg: true,
      coerce: toNumber('drift'),
      describe: 'How far pictures may differ from those of float32, as a share of the range from black to white',
      defaultDescription: '0.005 for float16, 0.03 for int8, 0.05 for --quantize int8',
    },
    judge: {
      group,
      string: true,
      requiresArg: true,
      describe:
        'Also compare the Frechet distances of both networks from these training images, given as for train --data',
    },
  } satisfies Record<string, Options>;
}

/** Below this is the rounding of float32 itself: no rounded network is as near. */
const LEAST_DRIFT = 1e-6;
const DRIFT = worded(
  `a number from ${LEAST_DRIFT.toFixed(6)}, the rounding of float32 itself, to 1`,
  number({ min: LEAST_DRIFT, max: 1 }),
);

const FORMAT_OF_DTYPE = { float32: undefined, float16: 'float16', int8: 'int8-weights' } as const;

/** What is asked for but the judge; undefined for float32. @throws InputError for options that do not go together. */
export function formatOfArguments(args: FormatArguments): Omit<FormatRequest, 'judge'> | undefined {
  const { dtype, quantize, drift, weightBits, judge } = args;
  const action = 'export';
  if (quantize !== undefined && dtype !== undefined) {
    refuse(action, '--dtype', 'left out with --quantize, whose other weights are float16 already', dtype);
  }
  if (weightBits !== undefined) check(action, '--weight-bits', oneOf(WEIGHT_BITS), weightBits);
  if (quantize === undefined && weightBits !== undefined) {
    refuse(action, '--weight-bits', 'left out without --quantize', weightBits);
  }
  const format = quantize ?? FORMAT_OF_DTYPE[dtype ?? 'float32'];
  if (format === undefined) {
    const rule = 'left out without --dtype float16, --dtype int8 or --quantize';
    for (const [name, value] of Object.entries({ drift, judge })) {
      if (value !== undefined) refuse(action, `--${name}`, rule, value);
    }
    return undefined;
  }
  if (drift !== undefined) check(action, '--drift', DRIFT, drift);
  return { format, drift, weightBits };
}
