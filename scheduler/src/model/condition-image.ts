/**
 * A picture that a network is told of each image, beside the noisy sample: a mask, which says the class of every pixel, or another
 * picture, such as one of low resolution. unet/config.json says which under `condition_image`.
 *
 * Masks enter as one plane for each class, 1 where the pixel has it and 0 elsewhere; pictures as they are, in [-1, 1]. Where an image
 * has none, all planes are 0, which no mask is.
 */
import { InputError, refuse } from '../rules/errors.ts';
import { check, integer, object, type Rule, rule, text } from '../rules/rule.ts';
import { type ImageShape, MOST_CHANNELS } from './pixels.ts';

export interface ConditionImage {
  /** [K, H, W] of the network's input: a plane for each class of a mask, or the picture's channels. */
  shape: ImageShape;
  /** What a mask says; absent: a picture. */
  mask?: MaskLabels;
}

/** The classes of a mask. */
export interface MaskLabels {
  /** Names, in the order of their numbers. */
  classes: readonly string[];
  /** What files have for each class, ascending; absent: its number. */
  values?: readonly number[];
}

/** What a request gives: masks as class numbers, [H, W] or [N, H, W]; pictures in [-1, 1], [K, H, W] or [N, K, H, W]. */
export type ConditionImages = Uint8Array | Float32Array;

/** Most classes of a mask. */
export const MOST_MASK_CLASSES = 64;

const CLASSES: Rule<string[]> = rule(
  `a list of 2 to ${MOST_MASK_CLASSES} different names`,
  (value) =>
    Array.isArray(value) &&
    value.length >= 2 &&
    value.length <= MOST_MASK_CLASSES &&
    value.every((name) => text.holds(name) && name !== '') &&
    new Set(value).size === value.length,
);

const valuesRule = (count: number): Rule<number[]> =>
  rule(
    `${count} whole numbers from 0 to 65535, ascending`,
    (value) =>
      Array.isArray(value) &&
      value.length === count &&
      value.every((one, i) => integer(0, 65_535).holds(one) && (i === 0 || one > value[i - 1])),
  );

/** @param name of the error messages @throws InputError for what is no `{ classes, values }`; values may be left out */
export function readMaskLabels(action: string, name: string, value: unknown): MaskLabels {
  const given = check(action, name, object, value);
  const unknown = Object.keys(given).find((key) => key !== 'classes' && key !== 'values');
  if (unknown !== undefined) refuse(action, `a key of ${name}`, 'classes or values', unknown);
  const classes = check(action, `classes of ${name}`, CLASSES, given.classes);
  if (given.values === undefined) return { classes };
  return { classes, values: check(action, `values of ${name}`, valuesRule(classes.length), given.values) };
}

/**
 * @param value what a config says: `{ classes: [...] }` or `{ channels: 3 }`; undefined and null: nothing
 * @param file of the error messages @param sides of the images
 * @throws InputError
 */
export function readConditionImage(
  action: string,
  file: string,
  value: unknown,
  [height, width]: readonly [height: number, width: number],
): ConditionImage | undefined {
  if (value === undefined || value === null) return undefined;
  const name = `condition_image of ${file}`;
  const given = check(action, name, object, value);
  if (given.channels === undefined) {
    const mask = readMaskLabels(action, name, value);
    return { shape: [mask.classes.length, height, width], mask };
  }
  if (Object.keys(given).length > 1) refuse(action, name, 'an object with classes or with channels', value);
  return { shape: [check(action, `channels of ${name}`, integer(1, MOST_CHANNELS), given.channels), height, width] };
}

/** How a config says it; see `readConditionImage`. */
const conditionImageConfig = ({ shape, mask }: ConditionImage): object => mask ?? { channels: shape[0] };

/** What label maps have for each class, ascending. */
export const maskValues = ({ classes, values }: MaskLabels): readonly number[] => values ?? classes.map((_, k) => k);

/** What the values of label maps are called: `{ '0': 'background', '1': 'bone' }`. */
export function maskNames(labels: MaskLabels): Record<string, string> {
  const values = maskValues(labels);
  return Object.fromEntries(labels.classes.map((name, k) => [values[k]!, name]));
}

/** `labels.json`, which says so in a folder of them. */
export const maskNamesFile = (labels: MaskLabels): string => `${JSON.stringify(maskNames(labels), undefined, 2)}\n`;

/** The class numbers of a label map's values. @throws Error with the reason where it has a value of no class */
export function classNumbers(values: ArrayLike<number>, labels: MaskLabels): Uint8Array<ArrayBuffer> {
  const known = maskValues(labels);
  const numbers = new Map(known.map((value, k) => [value, k]));
  return Uint8Array.from(values, (value) => {
    const number = numbers.get(value);
    if (number !== undefined) return number;
    const named = labels.classes.map((name, k) => `${known[k]} ${name}`);
    throw new Error(`it has the value ${value}, and the model knows ${named.join(', ')}`);
  });
}

/** The planes of a mask [H, W] of class numbers: [K, H, W] of 0 and 1, or of the two values given. */
export function maskPlanes(
  mask: ArrayLike<number>,
  classes: number,
  [off, on]: readonly [off: number, on: number] = [0, 1],
): Float32Array<ArrayBuffer> {
  const planes = new Float32Array(classes * mask.length);
  if (off !== 0) planes.fill(off);
  for (let i = 0; i < mask.length; i++) planes[mask[i]! * mask.length + i] = on;
  return planes;
}

/** Of errors, for callers that call it otherwise. */
const SUBJECT = 'conditionImages';

/** How many condition images are given. @throws InputError for what cannot be whole ones */
export function countOfConditionImages(
  action: string,
  spec: ConditionImage | undefined,
  given: ConditionImages | undefined,
): number | undefined {
  if (given === undefined) return undefined;
  if (spec === undefined) refuse(action, SUBJECT, 'left out, this model takes none', given);
  const { one, words, kind } = formOf(spec);
  if (!(given instanceof kind)) refuse(action, SUBJECT, words, given);
  if (given.length === 0 || given.length % one !== 0) {
    const message = `Cannot ${action}: conditionImages must be ${words}, received ${given.length} values.`;
    throw new InputError(message, { subject: SUBJECT });
  }
  return given.length / one;
}

function formOf({ shape: [planes, height, width], mask }: ConditionImage) {
  return mask
    ? {
        one: height * width,
        kind: Uint8Array,
        words: `a Uint8Array of class numbers from 0 to ${planes - 1}, [${height}, ${width}] for all images or one for each`,
      }
    : {
        one: planes * height * width,
        kind: Float32Array,
        words: `a Float32Array of values from -1 to 1, [${planes}, ${height}, ${width}] for all images or one for each`,
      };
}

/** `mask` or `condition image` */
const nameOfConditionImage = ({ mask }: ConditionImage): string => (mask ? 'mask' : 'condition image');

/** @param place for the sentence @throws InputError for several where pictures share the noise of a seed */
export function requireOneConditionImage(
  action: string,
  spec: ConditionImage | undefined,
  images: number | undefined,
  place: string,
): void {
  if (spec === undefined || images === undefined || images <= 1) return;
  const message = `Cannot ${action}: the ${nameOfConditionImage(spec)}s must be one ${place}, received ${images}.`;
  throw new InputError(message, { subject: SUBJECT });
}

/**
 * What the network is told of each image, [K, H, W]; the given ones in turn. undefined for a network that takes none.
 * @param optional whether an image may have none: the network was also trained without.
 * @throws InputError for values out of range, for more than images, and for none where there must be some.
 */
export function completeConditionImages(
  action: string,
  spec: ConditionImage | undefined,
  given: ConditionImages | undefined,
  { count, optional }: { count: number; optional: boolean },
): Float32Array[] | undefined {
  const images = countOfConditionImages(action, spec, given);
  if (spec === undefined) return undefined;
  const what = nameOfConditionImage(spec);
  if (given === undefined || images === undefined) {
    if (optional) return undefined;
    const message = `Cannot ${action}: this model needs a ${what} for each image, received none.`;
    throw new InputError(message, { subject: SUBJECT });
  }
  if (images > count) {
    const message = `Cannot ${action}: the ${what}s must be at most as many as images, received ${images} for ${count}.`;
    throw new InputError(message, { subject: SUBJECT });
  }
  const { one, words } = formOf(spec);
  const [low, high] = spec.mask ? [0, spec.shape[0] - 1] : [-1, 1];
  const bad = (given as Float32Array).find((value) => !(value >= low && value <= high));
  if (bad !== undefined) refuse(action, SUBJECT, words, bad);
  const encoded = Array.from({ length: images }, (_, i) => {
    const image = given.subarray(i * one, (i + 1) * one);
    return image instanceof Uint8Array ? maskPlanes(image, spec.shape[0]) : image;
  });
  return Array.from({ length: count }, (_, i) => encoded[i % images]!);
}

/** What an ONNX file's metadata says under `condition_image`. */
export const conditionImageMetadata = (spec: ConditionImage): string => JSON.stringify(conditionImageConfig(spec));

/** One to try a network with: bands of all classes from left to right, or a picture that grows brighter. */
export function exampleConditionImage({ shape, mask }: ConditionImage): ConditionImages {
  const [planes, height, width] = shape;
  const share = (i: number) => (i % width) / width;
  if (mask) return Uint8Array.from({ length: height * width }, (_, i) => Math.floor(share(i) * planes));
  return Float32Array.from({ length: planes * height * width }, (_, i) => 2 * share(i) - 1);
}
