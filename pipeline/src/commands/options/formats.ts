/** The options of `pipeline convert` that make the network smaller. */

import { toNumber } from '@onnoise/base/terminal';
import { check, number, oneOf, refuse, worded } from '@onnoise/scheduler/rules';
import type { Options } from 'yargs';
import type { FormatRequest } from '../../export/formats/make-smaller.ts';
import { SMALL_FORMATS, type SmallFormat, WEIGHT_BITS } from '../../export/formats/names.ts';
import { textOption } from './command.ts';

export interface FormatArguments {
  format?: SmallFormat | undefined;
  weightBits?: number | undefined;
  drift?: number | undefined;
  judge?: string | undefined;
}

export function formatOptions(group: string) {
  return {
    format: {
      group,
      choices: SMALL_FORMATS,
      requiresArg: true,
      describe:
        'float16 halves the file. int8-weights is a quarter of it, computed in float32. int8 also computes most layers in 8 bits, faster on a CPU',
    },
    'weight-bits': {
      group,
      requiresArg: true,
      coerce: toNumber('weight-bits'),
      describe:
        'Bits per weight. int8-weights: 5 to 8, of which fewer make a smaller download once compressed. int8: 7, or 8, which is finer but gives wrong results on x86 processors without VNNI',
      defaultDescription: '8 for int8-weights, 7 for int8',
    },
    drift: {
      group,
      requiresArg: true,
      coerce: toNumber('drift'),
      describe: 'How far pictures may differ from those of float32, as a share of the range from black to white',
      defaultDescription: '0.005 for float16, 0.03 for int8-weights, 0.05 for int8',
    },
    judge: textOption(
      'Also compare the Frechet distances of both networks from these training images, given as for train --data',
      { group },
    ),
  } satisfies Record<string, Options>;
}

/** Below this is the rounding of float32 itself: no rounded network is as near. */
const LEAST_DRIFT = 1e-6;
const DRIFT = worded(
  `a number from ${LEAST_DRIFT.toFixed(6)}, the rounding of float32 itself, to 1`,
  number({ min: LEAST_DRIFT, max: 1 }),
);

/** What is asked for but the judge; undefined for no format. @throws InputError for options that do not go together. */
export function formatOfArguments(args: FormatArguments): Omit<FormatRequest, 'judge'> | undefined {
  const { format, drift, weightBits, judge } = args;
  const action = 'convert';
  if (weightBits !== undefined) {
    const choices = format ? WEIGHT_BITS[format] : [];
    if (choices.length < 2)
      refuse(action, '--weight-bits', 'left out without --format int8 or int8-weights', weightBits);
    check(action, '--weight-bits', oneOf(choices), weightBits);
  }
  if (format === undefined) {
    for (const [name, value] of Object.entries({ drift, judge })) {
      if (value !== undefined) refuse(action, `--${name}`, 'left out without --format', value);
    }
    return undefined;
  }
  if (drift !== undefined) check(action, '--drift', DRIFT, drift);
  return { format, drift, weightBits };
}
