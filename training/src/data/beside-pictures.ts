/** Pictures beside images, one for each under the name of its file: of low resolution, or of another modality. */
import { basename, join, resolve } from 'node:path';
import { isBelow } from '@onnoise/base/files';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { imageOptions } from './check-options.ts';
import { type Companions, matchCompanions } from './label-maps/companions.ts';
import type { Beside, PrepareOptions } from './set/types.ts';
import { decodeFile, layOnImage, openFolderStore } from './sources/store.ts';

const ACTION = 'prepare images';

/** @param folder of `--condition-images` @throws InputError for a folder without pictures, and one that the images lie in */
export function besideOfPictures(folder: string, options: PrepareOptions): Beside {
  const [own, data] = [resolve(folder), resolve(options.data)];
  if (own === data || isBelow(own, data) || isBelow(data, own)) {
    refuse(ACTION, '--condition-images', 'a folder apart from that of the images', folder);
  }
  const { images, identityOf, skipped } = openFolderStore(folder);
  if (images.length === 0) refuse(ACTION, '--condition-images', 'a folder with pictures', folder);
  const { channels: _, depth: __, ...image } = imageOptions(options, { anyChannels: true });
  const paths = images.map(({ path }) => path);
  let companions = new Map<string, string>();
  return {
    kind: 'picture',
    identity: JSON.stringify(['pictures of its place', identityOf(images, skipped)]),
    match: async (imagePaths, firstFile) => {
      const found: Companions = matchCompanions(imagePaths, paths, {
        action: ACTION,
        noun: 'condition images',
        firstFile,
      });
      companions = new Map(imagePaths.flatMap((path, i) => (found.paths[i] ? [[path, found.paths[i]]] : [])));
      if (companions.size === 0) {
        throw new InputError(
          `Cannot ${ACTION}: --condition-images must have pictures under the names of the images, received ${paths[0]} for ${imagePaths[0]}.`,
        );
      }
      return { images: found.unmatched.images, others: found.unmatched.companions };
    },
    of: async (path, pictures) => {
      const other = companions.get(path);
      if (other === undefined) return [{ reason: `it has no condition image in ${basename(folder)}` }];
      const decode = (orientation?: number) => decodeFile(join(folder, other), { ...image, orientation });
      return layOnImage(pictures, await decode(), decode);
    },
    notes: () => [],
  };
}
