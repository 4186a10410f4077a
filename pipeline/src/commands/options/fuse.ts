/** The options of fused graphs, and what is said of them. */

import { formatBytes, program } from '@onnoise/base/text';
import { type SamplerName, type SamplerSettings, samplerSettings } from '@onnoise/scheduler';
import { InputError, show } from '@onnoise/scheduler/rules';
import type { Fused } from '../../export/fuse/fuse.ts';
import { FUSED_KINDS, type FusedKind } from '../../export/fuse/kinds.ts';
import type { TableOptions } from '../../export/fuse/table-file.ts';
import { samplerOptions } from './pictures.ts';

export interface FuseArguments extends SamplerSettings {
  fuse?: FusedKind[] | undefined;
  steps?: number | undefined;
  sampler?: SamplerName | undefined;
  guidance?: number | undefined;
  guidanceInterval?: [low: number, high: number] | undefined;
}

export interface Fusing {
  kinds: readonly FusedKind[];
  table: TableOptions;
}

const FUSED = 'For GPUs and other languages:';
const TABLE = 'Sampling by fused graphs, by default as in pipeline sample:';

export function fuseOptions() {
  return {
    fuse: {
      group: FUSED,
      array: true,
      nargs: 1,
      requiresArg: true,
      choices: FUSED_KINDS,
      describe:
        'Write the network and the sampler as one graph: one step per call (step), or all steps in one call, from seeds (loop) or from noise (loop-noise); repeat the option for several',
    },
    ...samplerOptions(TABLE),
  };
}

/** @throws InputError for options of the table without a graph that takes one */
export function readFuse(args: FuseArguments): Fusing | undefined {
  const { fuse, steps, sampler, guidance, guidanceInterval } = args;
  const settings = samplerSettings(args);
  if (fuse !== undefined) return { kinds: fuse, table: { ...settings, steps, sampler, guidance, guidanceInterval } };
  const given = { steps, sampler, guidance, 'guidance-interval': guidanceInterval, ...settings };
  const [name, value] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return undefined;
  throw new InputError(
    `Cannot convert: --${name} must come with --fuse, since it is for fused graphs, received --${name} ${show(value)}. Try: ${program('convert')} --model models/digits --out out/digits --fuse loop`,
  );
}

/** `Fused: loop, step, 9.7 MB, at most 0.0e+0 from step by step` */
export const describeFused = ({ kinds, bytes, parity }: Omit<Fused, 'files'>): string =>
  `Fused: ${kinds.join(', ')}, ${formatBytes(bytes)}; pictures at most ${parity.difference.toExponential(1)} from those made step by step`;
