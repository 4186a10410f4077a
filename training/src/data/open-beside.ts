/** Opens what `--masks` or `--condition-images` names. */

import type { Skipped } from '@onnoise/base/folders';
import { plural } from '@onnoise/base/text';
import { refuse } from '@onnoise/scheduler/rules';
import { besideOfPictures } from './beside-pictures.ts';
import { isColumn, mapsOfColumn } from './label-maps/column.ts';
import { openLabelMaps } from './label-maps/open.ts';
import { isMaskPattern, mapsOfPattern } from './label-maps/pattern.ts';
import type { Beside, PrepareOptions } from './set/types.ts';
import { masksOfNnunet } from './sources/nnunet.ts';

const ACTION = 'prepare images';

/** undefined where nothing is named. @throws InputError for options that do not go together, and as `openLabelMaps` does */
export async function openBeside(options: PrepareOptions): Promise<Beside | undefined> {
  const { data, maskClasses, maskRole, conditionImages } = options;
  const masks = options.masks && (masksOfNnunet(data, options.masks) ?? options.masks);
  if (masks === undefined) {
    if (maskClasses !== undefined) refuse(ACTION, '--mask-classes', 'left out without --masks', maskClasses);
    if (maskRole === 'output') refuse(ACTION, '--mask-role', 'left out without --masks', maskRole);
    return conditionImages === undefined ? undefined : besideOfPictures(conditionImages, options);
  }
  if (conditionImages !== undefined) refuse(ACTION, '--condition-images', 'left out with --masks', conditionImages);
  const declared = maskClasses === undefined ? undefined : classNames(maskClasses);
  const pattern = isMaskPattern(masks) ? await mapsOfPattern(data, masks) : undefined;
  const chosen = pattern ?? (isColumn(masks, options.csv) ? mapsOfColumn(options.csv, masks) : undefined);
  const maps = await openLabelMaps(chosen?.folder ?? masks, data, options, chosen);
  return {
    kind: 'mask',
    // How many classes are named decides which masks are left out.
    identity: JSON.stringify(['masks', maps.identity, declared?.size ?? null]),
    names: declared ?? maps.names,
    ...(pattern && { isAmongImages: pattern.has }),
    match: async (paths, firstFile) => {
      const { images, masks: others } = await maps.match(paths, firstFile);
      return { images, others };
    },
    of: async (path) =>
      (await maps.of(path)).map((map) => {
        if ('reason' in map) return map;
        const unknown = declared && map.labels.find((value) => !declared.has(value));
        if (unknown !== undefined) {
          return { reason: `its mask has the value ${unknown}, and --mask-classes names 0 to ${declared!.size - 1}` };
        }
        return { pixels: map.labels, resized: map.resized };
      }),
    notes: () => [...notesOnSkipped(maps.skipped), ...maps.notes()],
  };
}

const notesOnSkipped = (skipped: readonly Skipped[]): string[] =>
  skipped.length === 0
    ? []
    : [
        `Left out: ${plural(skipped.length, 'mask')} that cannot be read (first, ${skipped[0]!.file}: ${skipped[0]!.reason}).`,
      ];

function classNames(given: string): ReadonlyMap<number, string> {
  const names = given.split(',').map((name) => name.trim());
  if (names.length < 2 || names.includes('') || new Set(names).size < names.length) {
    refuse(ACTION, '--mask-classes', 'different names separated by commas: background,bone', given);
  }
  return new Map(names.entries());
}
