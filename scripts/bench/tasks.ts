/** What `npm run bench` measures, as data. Sizes are those that PyTorch's side gets, too. */
import type { Variant } from './variants.ts';

/** A network: channels of its levels, and the side of its pictures in pixels. */
export interface Size {
  channels: number[];
  size: number;
}

/** What is done. Ours and PyTorch's side both know each `do`. */
export type Work =
  | ({ do: 'training'; batch: number } & Size)
  | { do: 'preset'; preset: string }
  | ({ do: 'call'; batch: number } & Size)
  /** The first steps of the tutorial's loop. */
  | ({ do: 'sampling'; steps: number } & Size);

export interface Task {
  name: string;
  title: string;
  /** Images of a round, for rates. */
  images: number;
  work: Work;
  /** PyTorch's sides; none where it has no counterpart. */
  against: readonly Variant[];
}

const TUTORIAL = { channels: [64, 128, 256, 512, 1024], size: 64 };
const SMALL = { channels: [32, 64, 128, 256], size: 32 };

const ALL = ['eager', 'fused', 'compile', 'channels-last', 'bf16'] as const;
const CALL = ['eager', 'compile'] as const;
/** How speed grows is seen without the ways that take minutes to prepare. */
const GROWTH = ['eager', 'fused'] as const;

export const tasks: readonly Task[] = [
  training('train-small', 'training step, channels 32..256, 32 px, batch 32', SMALL, 32, ALL),
  training('train-tutorial', 'training step, tutorial U-Net, 64 px, batch 8', TUTORIAL, 8, ALL),
  {
    name: 'train-preset',
    title: 'training step of `npm start`, the preset digits',
    images: 32,
    work: { do: 'preset', preset: 'digits' },
    against: [],
  },
  ...[2, 4, 8, 16, 64].map((batch) =>
    training(`growth-batch-${batch}`, `training step, channels 32..256, 32 px, batch ${batch}`, SMALL, batch, GROWTH),
  ),
  ...[16, 64, 128].map((size) => {
    const title = `training step, channels 32..256, ${size} px, batch 8`;
    return training(`growth-px-${size}`, title, { ...SMALL, size }, 8, GROWTH);
  }),
  call('call-1', 'U-Net call, tutorial U-Net, batch 1', 1),
  call('call-8', 'U-Net call, tutorial U-Net, batch 8', 8),
  {
    name: 'sample-tutorial',
    title: "30 steps of the tutorial's sampling loop, batch 1",
    images: 1,
    work: { do: 'sampling', steps: 30, ...TUTORIAL },
    against: CALL,
  },
];

/** Adam, L1, no clipping and no moving average, as in the tutorial's notebook. */
function training(name: string, title: string, size: Size, batch: number, against: readonly Variant[]): Task {
  return { name, title, images: batch, work: { do: 'training', batch, ...size }, against };
}

function call(name: string, title: string, batch: number): Task {
  return { name, title, images: batch, work: { do: 'call', batch, ...TUTORIAL }, against: CALL };
}
