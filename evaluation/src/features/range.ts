/** What a feature network expects black and white to be. */

/**
 * `imagenet`: from 0 to 1, then less the mean and over the deviation of ImageNet's colours, as torchvision's networks
 * have it.
 */
export const FEATURE_RANGES = ['-1,1', '0,1', '0,255', 'imagenet'] as const;
export type FeatureRange = (typeof FEATURE_RANGES)[number];

/** Where a file says it itself: a key of its metadata. */
export const RANGE_KEY = 'image_range';

interface Levels {
  scale: number;
  shift: number;
}

/** Mean and deviation of red, green and blue: torchvision, `transforms.Normalize` of its pretrained weights. */
const IMAGENET = [
  [0.485, 0.229],
  [0.456, 0.224],
  [0.406, 0.225],
] as const;

/** value = scale * byte + shift, of every channel or of each. */
export function levelsOf(range: FeatureRange): readonly Levels[] {
  if (range === '-1,1') return [{ scale: 1 / 127.5, shift: -1 }];
  if (range === '0,1') return [{ scale: 1 / 255, shift: 0 }];
  if (range === '0,255') return [{ scale: 1, shift: 0 }];
  return IMAGENET.map(([mean, deviation]) => ({ scale: 1 / (255 * deviation), shift: -mean / deviation }));
}
