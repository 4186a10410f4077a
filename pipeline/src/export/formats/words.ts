/** What is said of a smaller network: in a model card, and on the terminal. */
import { formatBytes, formatNumber } from '@onnoise/base/text';
import { formatDrift } from './compare.ts';
import type { Smaller } from './make-smaller.ts';
import type { SmallFormat } from './names.ts';

/** By the bits of a weight. */
const STORED: Readonly<Record<SmallFormat, (bits: number) => string>> = {
  float16: () => 'Its weights are stored as float16 and computed with as float32',
  'int8-weights': (bits) =>
    `Its weights are ${bits < 8 ? `rounded to ${bits} bits, and ` : ''}stored in 8 bits (int8) with a scale for each output channel, the others as float16, and all are computed with as float32`,
  int8: () => 'Most of its layers are stored and computed in 8 bits (int8), its other weights are stored as float16',
};

/** A sentence for a model card. */
export function describeFormat(format: SmallFormat, { bits, comparison, judgement }: Smaller): string {
  const { bytes, drift, count } = comparison;
  return (
    `${STORED[format](bits)}: ${formatBytes(bytes.after)} in place of ${formatBytes(bytes.before)}. ` +
    `${count} pictures differ from those of the larger network by ${formatDrift(drift)} of the way from black to white (root mean square).${judgement ? ` ${judged(judgement)}` : ''}`
  );
}

type Report = Pick<Smaller, 'comparison' | 'judgement'>;

const judged = ({ before, after, count }: NonNullable<Report['judgement']>) =>
  `Frechet distance of ${count} pictures from the training images: ${formatNumber(after)}, before ${formatNumber(before)}.`;

/** Lines for the terminal. */
export function reportFormat(format: SmallFormat, { comparison, judgement }: Report): string[] {
  const { bytes, milliseconds, drift, count } = comparison;
  const { before, after } = milliseconds;
  const times = [before, after].map((ms) => `${Number(ms.toPrecision(3))} ms`);
  return [
    `Size as ${format}: ${formatBytes(bytes.after)}, ${(bytes.before / bytes.after).toFixed(1)} times smaller than ${formatBytes(bytes.before)}`,
    `Time of a call on the CPU: ${times[1]}, ${(before / after).toFixed(2)} times as fast as ${times[0]}`,
    `Pictures: ${formatDrift(drift)} off, root mean square of ${count}`,
    ...(judgement ? [judged(judgement)] : []),
  ];
}
