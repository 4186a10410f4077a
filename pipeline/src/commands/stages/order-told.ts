/** The masks or pictures of an order, as files that all who take part are given: the order itself has their hashes. */
import { readModelFolder } from '@onnoise/runtime-node';
import type { ConditionImages } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { hashOfTold, type ToldOf, toldImages } from '../../bulk/told.ts';
import { type ConditionImageArguments, readConditionImages } from './condition-images.ts';

export interface OrderTold {
  /** As `makeOrder` takes them. */
  conditionImages: ConditionImages;
  toldOf: ToldOf;
}

/** undefined where none are given. @param folder of the model @throws as `readConditionImages` */
export async function readOrderTold(options: ConditionImageArguments, folder: string): Promise<OrderTold | undefined> {
  const artefact = await readModelFolder(folder);
  const told = await readConditionImages(options, artefact, folder);
  if (told === undefined) return undefined;
  const { conditionImages } = told;
  const byHash = new Map(toldImages(artefact, conditionImages).map((image) => [hashOfTold(image), image]));
  const flag = options.masks === undefined ? '--condition-images' : '--masks';
  return {
    conditionImages,
    toldOf: async (hash) => {
      const image = byHash.get(hash);
      if (image) return image;
      throw new InputError(`Cannot sample a shard: ${flag} must be that of the order, received other files.`);
    },
  };
}
