/** The images of an audit: both kinds as one pool, those that are scored, and how long a shadow learns on half of them. */
import { plural } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { AuditJob } from './audit-job.ts';
import { placesOf } from './measures/images.ts';
import {
  drawHalf,
  joinPool,
  type Part,
  type Pool,
  pixelHashes,
  refuseShared,
  requireImages,
  sharedImages,
} from './membership/index.ts';
import { imageNames } from './report/image-names.ts';
import type { RealImages } from './sets/real-images.ts';

interface Tell {
  /** For the report, too. */
  note: (sentence: string) => void;
  /** For the owner of the images alone. */
  say: (sentence: string) => void;
}

/** Both kinds of images, none in both. */
export async function poolOf(
  action: string,
  { data, test, shadows, seed }: AuditJob,
  { dataset, unseen }: RealImages,
  { note: onNote, say }: Tell,
) {
  const own: Part = { dataset, numbers: dataset.train };
  const given: Part = unseen;
  requireImages(action, own.numbers.length, given.numbers.length);
  const [inside, outside] = [await pixelHashes(own), await pixelHashes(given)];
  const names = await imageNames(data, dataset);
  if (names.order !== undefined) say(`Images are called by their number in risk.csv, ${names.order}.`);
  const otherNames = test ? await imageNames(test, unseen.dataset) : names;
  const shared = sharedImages(inside, outside);
  if (test && shared.length > 0)
    refuseShared(
      action,
      shared.map((i) => otherNames.nameOf(given.numbers[i]!)),
    );
  if (shared.length > 0) {
    onNote(
      `Left out: ${plural(shared.length, 'image')} that training held out and that ${shared.length === 1 ? 'has' : 'have'} the pixels of training images.`,
    );
  }
  const left = new Set(shared);
  const unlike = Uint32Array.from(given.numbers, (_, i) => i).filter((i) => !left.has(i));
  const most = shadows === 0 ? unlike.length : Math.min(unlike.length, own.numbers.length);
  if (most < unlike.length) {
    onNote(
      `${most} of ${unlike.length} held-out images are used, as many as of training: half of all, which a shadow learns from, are then as many as the model learnt from.`,
    );
  }
  const kept = Array.from(placesOf(unlike.length, most, seed), (place) => unlike[place]!).sort((a, b) => a - b);
  const held: Part = { dataset: given.dataset, numbers: Uint32Array.from(kept, (i) => given.numbers[i]!) };
  requireImages(action, own.numbers.length, held.numbers.length);
  const pool = joinPool(own, held, [inside, kept.map((i) => outside[i]!)]);
  const nameOf = (image: number) =>
    image < pool.members ? names.nameOf(own.numbers[image]!) : otherNames.nameOf(held.numbers[image - pool.members]!);
  return { pool, parts: [own, held] as const, nameOf };
}

/** Images of the pool that are scored, ascending. */
export function chooseScored({ dataset, members }: Pool, { count, seed }: AuditJob): Uint32Array {
  const choose = (from: number, total: number) =>
    count === undefined || count >= total
      ? Array.from({ length: total }, (_, i) => from + i)
      : Array.from(placesOf(total, count, seed), (place) => from + place).sort((a, b) => a - b);
  return Uint32Array.from([...choose(0, members), ...choose(members, dataset.count - members)]);
}

/**
 * How long a shadow learns, and the seed of the first.
 * @throws InputError where nothing says how long, and for halves smaller than a step
 */
export function stepsOf(
  action: string,
  { training, steps, seed, shadows }: AuditJob,
  { dataset, groups, members }: Pool,
) {
  const settings = training!.settings.training ?? {};
  const sizes = Array.from({ length: shadows }, (_, k) => drawHalf(groups, k, seed).reduce((sum, one) => sum + one, 0));
  const half = Math.min(...sizes);
  const batch = Number(settings.batch ?? 1) * Number(settings.accumulate ?? 1);
  if (batch > half) {
    throw new InputError(
      `Cannot ${action}: --shadows must be 0 for so few images, half of ${dataset.count} is ${half}, and a step takes ${batch}.`,
    );
  }
  if (steps !== undefined) return { steps, seed, images: half };
  const own = training!.trained?.steps;
  if (own === undefined) {
    throw new InputError(
      `Cannot ${action}: --steps must say how long a shadow learns, since training.json does not say how long the model did.`,
    );
  }
  return { steps: Math.max(1, Math.round((own * half) / members)), seed, images: half };
}
