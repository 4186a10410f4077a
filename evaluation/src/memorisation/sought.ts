/** What the search takes for a copy and what it passes over, in the words that the verdict, reports and the model card share. */
import type { Memorisation } from './types.ts';

/** What becomes of a training image in copies that are found, as `plant.ts` plants them: `unchanged, moved by up to 2 pixels, ...` */
export function foundChanges({ shift, orientations }: Memorisation['search']): string {
  return [
    'unchanged',
    ...(shift === 0 ? [] : [`moved by up to ${shift === 1 ? '1 pixel' : `${shift} pixels`}`]),
    'mirrored',
    `turned by ${orientations === 8 ? 'right angles' : '180 degrees'}`,
    'negative, or a little lighter, darker or noisy',
  ].join(', ');
}

/** And in copies that are not. */
export const MISSED_CHANGES = 'turned by other angles, moved further, scaled or under strong noise';
