/** Masks of held-out images as one label map, below each other: from them a visitor of the page draws another. */
import { labelPng } from '@onnoise/runtime-node';
import { masksOfPlanes } from '@onnoise/scheduler/model';
import { type Dataset, readTold } from '../data/index.ts';
import type { DescribedModel } from '../model/described.ts';
import { spread } from './spread.ts';

const MOST = 6;

/** undefined for a network that is told no masks, and where no image is held out: those of training stay with whoever has them. */
export async function exampleMasks(
  dataset: Dataset,
  { conditionImage }: Pick<DescribedModel, 'conditionImage'>,
): Promise<Uint8Array | undefined> {
  if (!conditionImage?.mask || dataset.validation.length === 0) return undefined;
  const { shape, mask } = conditionImage;
  const [, height, width] = shape;
  const numbers = spread(dataset.validation, MOST);
  const { conditionImage: planes } = await readTold(dataset, numbers);
  return labelPng(masksOfPlanes(planes!, shape), { width, height: height * numbers.length }, mask);
}
