/**
 * Which records an update takes: each with the same chance, whatever the others do, as the privacy account has it (Poisson sampling).
 * So their number varies, and may be 0.
 */
import type { SecretStream } from './secret.ts';

/** Images that belong to one record, by their numbers: one image, or all of a patient. */
export type Records = readonly Uint32Array[];

/**
 * @param train numbers of the images to train on
 * @param groups of all images, equal for those of one record; by default each image is one
 */
export function recordsOf(train: Uint32Array, groups?: readonly number[]): Records {
  if (groups === undefined) return Array.from(train, (image) => Uint32Array.of(image));
  const records = new Map<number, number[]>();
  for (const image of train) {
    const group = groups[image]!;
    const record = records.get(group);
    if (record) record.push(image);
    else records.set(group, [image]);
  }
  return Array.from(records.values(), (images) => Uint32Array.from(images));
}

/**
 * The images of an update, one of each record that it takes: so all of a patient's images together move a sum no more than one would.
 * @param rate chance of each record @param update counts from 0
 */
export function sampleImages(records: Records, rate: number, secret: SecretStream, update: number): Uint32Array {
  const words = secret.words('sample', update, 2 * records.length);
  const taken = records.filter((_, i) => unit(words, i) < rate);
  const picks = secret.words('pick', update, 2 * taken.length);
  return Uint32Array.from(taken, (images, i) => images[Math.floor(unit(picks, i) * images.length)]!);
}

/** The seed of what is drawn beside the noise: that need not stay secret, but must not depend on which other images there are. */
export function seedOf(secret: SecretStream, update: number): number {
  return Math.floor(unit(secret.words('seed', update, 2), 0) * 2 ** 53);
}

/** In [0, 1), of 53 bits. */
const unit = (words: Uint32Array, i: number): number =>
  ((words[2 * i]! >>> 5) * 2 ** 26 + (words[2 * i + 1]! >>> 6)) / 2 ** 53;
