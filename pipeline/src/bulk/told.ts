/** The masks or pictures that a network is told of the images of an order. Orders and shards have their hashes; who samples has them. */
import { createHash } from 'node:crypto';
import { type ConditionImages, type ConditioningFacts, sizeOf, toldInPictures } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';

/** What has a hash. @throws InputError where it is not at hand */
export type ToldOf = (hash: string) => Promise<ConditionImages>;

/** Each by itself, of what a request gives. */
export function toldImages(
  model: Pick<ConditioningFacts, 'conditionImage' | 'autoencoder'>,
  given: ConditionImages | undefined,
): ConditionImages[] {
  const spec = toldInPictures(model);
  if (spec === undefined || given === undefined) return [];
  const [, height, width] = spec.shape;
  const one = spec.mask ? height * width : sizeOf(spec.shape);
  return Array.from({ length: given.length / one }, (_, i) => given.subarray(i * one, (i + 1) * one));
}

export const bytesOfTold = ({ buffer, byteOffset, byteLength }: ConditionImages): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** 64 hexadecimal digits. */
export const hashOfTold = (image: ConditionImages): string =>
  createHash('sha256').update(bytesOfTold(image)).digest('hex');

/** As a request takes them, in this order. @param find the image of a hash; undefined: there is none of any */
export async function joinTold(hashes: readonly string[], find: ToldOf | undefined): Promise<ConditionImages> {
  if (find === undefined) {
    throw new InputError(
      'Cannot sample a shard: --masks or --condition-images of the worker must be those of the order, received nothing.',
    );
  }
  const images: ConditionImages[] = [];
  for (const hash of hashes) images.push(await find(hash));
  const [first] = images as [ConditionImages];
  const all = new (first instanceof Uint8Array ? Uint8Array : Float32Array)(images.length * first.length);
  for (const [i, image] of images.entries()) all.set(image, i * first.length);
  return all;
}
