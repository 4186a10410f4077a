/** The options of the fused graph, and what is said of it. */

import { formatBytes, program } from '@onnoise/base/text';
import { type SamplerName, type SamplerSettings, samplerSettings } from '@onnoise/scheduler';
import { InputError, show } from '@onnoise/scheduler/rules';
import type { Fused } from '../../export/fuse/fuse.ts';
import type { TableOptions } from '../../export/fuse/table-file.ts';
import { textOption } from './command.ts';
import { samplerOptions } from './pictures.ts';

export interface FuseArguments extends SamplerSettings {
  fuse?: string | undefined;
  steps?: number | undefined;
  sampler?: SamplerName | undefined;
  guidance?: number | undefined;
  guidanceInterval?: [low: number, high: number] | undefined;
}

/** Graphs that earlier versions wrote, too. */
const EARLIER = ['step', 'loop-noise'];
const TABLE = 'Sampling by the fused graph, by default as in pipeline sample:';

export function fuseOptions() {
  return {
    fuse: textOption(
      'Write the network and the sampler as one graph, which makes pictures of seeds in one call: loop',
      {
        group: 'For other languages:',
      },
    ),
    ...samplerOptions(TABLE),
  };
}

/** @throws InputError for another graph, and for options of the table without a graph that takes one */
export function readFuse(args: FuseArguments): TableOptions | undefined {
  const { fuse, steps, sampler, guidance, guidanceInterval } = args;
  const settings = samplerSettings(args);
  if (fuse === 'loop') return { ...settings, steps, sampler, guidance, guidanceInterval };
  if (fuse !== undefined) {
    const instead = EARLIER.includes(fuse) ? ' Steps of your own, or noise, go to unet/model.onnx.' : '';
    throw new InputError(`Cannot convert: --fuse must be loop, received ${show(fuse)}.${instead}`);
  }
  const given = { steps, sampler, guidance, 'guidance-interval': guidanceInterval, ...settings };
  const [name, value] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return undefined;
  throw new InputError(
    `Cannot convert: --${name} must come with --fuse, since it is for the fused graph, received --${name} ${show(value)}. Try: ${program('convert')} --model models/digits --out out/digits --fuse loop`,
  );
}

/** `Fused: 4.9 MB; pictures at most 0.0e+0 from those made step by step` */
export const describeFused = ({ bytes, parity }: Omit<Fused, 'files'>): string =>
  `Fused: ${formatBytes(bytes)}; pictures at most ${parity.difference.toExponential(1)} from those made step by step`;
