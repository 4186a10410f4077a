/** Exercises on the U-Net: what a skip brings, how much it carries, and how near times are told apart. */
import { alike, embeddingOf } from '../../network/time/embedding.ts';
import { exercise, faultOf, say } from '../rules/exercise.ts';

/** Of the tutorial's network: where its skips leave. */
const SKIPS = [
  { channels: 128, side: 32 },
  { channels: 256, side: 16 },
  { channels: 512, side: 8 },
] as const;

/** The smallest distance of two times whose vectors are no more than half alike. */
function halfAlike(dim: number, base: number, shift: number): number {
  const options = { dim, base, shift, cosinesFirst: false };
  const zero = embeddingOf(0, options);
  let gap = 0;
  while (gap < 1000 && alike(zero, embeddingOf(gap, options)) > 0.5) gap++;
  return gap;
}

export const network = [
  exercise(
    {
      chapter: 'network',
      title: 'The skip that counts',
      own: (draw) => ({ times: draw.pick([1.5, 2, 2.5]) }),
      figure: '.learn-without',
      task: ({ times }) =>
        `Cut one single skip, and choose it so that the error of the picture becomes at least ${say(times, 1)} times as large.`,
      read: ({ skips }) => (skips ? [skips.cut, skips.before, skips.after] : 'The network has not answered yet.'),
      shown: ([cut = 0, before = 1, after = 0]) => `${cut} cut, error ${say(after / before, 1)} times as large`,
      check: ([cut = 0, before = 1, after = 0], { times }) => {
        if (cut === 0) return 'No skip is cut yet.';
        if (cut > 1) return `${cut} are cut. Leave one alone: which of them does it?`;
        if (after / before >= times) return undefined;
        return `Without this one the error is only ${say(after / before, 1)} times as large. Try one that carries larger maps.`;
      },
      hint: () => 'At the bottom of the U the maps are small, and the way through the bottom brings nearly the same.',
      solution: () =>
        'The residual block at the top, with the largest maps: it carries the exact place of every edge, which the small maps at the bottom have lost. At t = 350 the error is 2.7 times as large without it, and 1.9 times without the first convolution. Cut those at the bottom, and hardly anything happens.',
    },
    3,
  ),
  exercise({
    chapter: 'network',
    title: 'How much a skip carries',
    own: (draw) => ({ skip: draw.pick(SKIPS) }),
    figure: '.learn-u',
    start: () => ['plan', { tutorial: true }],
    task: ({ skip }) =>
      `Look at the tutorial’s network, for 64 × 64 pixels. One of its skips carries ${skip.channels} feature maps. How many numbers is that for one picture?`,
    fields: ['Numbers'],
    check: ([value = Number.NaN], { skip: { channels, side } }) =>
      faultOf(value, {
        right: channels * side * side,
        tolerance: 0.5,
        slips: [
          [channels * side, `A map is a square: ${side} rows of ${side} numbers.`],
          [
            channels * 4 * side * side,
            'You took the size from before the block. Here a skip leaves once its block has halved it.',
          ],
          [side * side, 'That is one map. How many are there?'],
          [channels * 64 * 64, `The maps are no longer 64 × 64: look at the size that stands at the skip.`],
        ],
      }),
    hint: () => 'The plan writes channels and size beside each block and skip.',
    solution: ({ skip: { channels, side } }) =>
      `${channels} maps of ${side} × ${side}: ${channels} · ${side} · ${side} = ${channels * side * side} numbers. The picture itself has 4096.`,
  }),
  exercise(
    {
      chapter: 'network',
      title: 'Told apart',
      own: (draw) => ({ dim: draw.pick([16, 24, 48, 96]) }),
      figure: '.learn-time-row',
      start: ({ dim }) => ['embedding', { dim, base: 10_000, gap: 0 }],
      task: ({ dim }) =>
        `Set the dimension to ${dim} and leave the base at 10,000. How far must two times lie apart until their vectors are no more than half alike? Set the other time to the nearest such one, to within 1.`,
      read: ({ embedding: e }) => (e ? [e.dim, e.base, e.shift, e.gap] : 'The figure is not there yet.'),
      shown: ([dim = 0, , , gap = 0]) => `dimension ${dim}, ${Math.abs(gap)} apart`,
      check: ([dim = 0, base = 0, shift = 0, gap = 0], { dim: wanted }) => {
        if (dim !== wanted) return `The dimension is ${dim}, and yours is ${wanted}.`;
        if (base !== 10_000) return 'Leave the base at 10,000.';
        if (shift !== 0 && shift !== 1) return 'No network spreads its frequencies like that.';
        const right = halfAlike(dim, base, shift);
        const far = Math.abs(gap);
        if (Math.abs(far - right) <= 1) return undefined;
        return far < right
          ? `${far} apart they are still more than half alike.`
          : `${far} apart they are half alike or less, but nearer ones are, too.`;
      },
      hint: () => 'The last line of the figure says how much of the largest dot product is left: go to 0.5.',
      solution: ({ dim }) =>
        `${halfAlike(dim, 10_000, 0)} or ${halfAlike(dim, 10_000, 1)} steps, as the network spreads its frequencies. Only the distance counts, not t itself. Fast sines and cosines fall apart first, slow ones are alike for hundreds of steps.`,
    },
    4,
  ),
];
