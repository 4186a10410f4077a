/** The source of images in a file of numpy, `.npy` or `.npz`; an `.npz` may hold labels beside them. */
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { npyValues } from '@onnoise/base/arrays';
import {
  between,
  configureSharp,
  extremes,
  fitGray,
  fitRaw,
  type ImageOptions,
  joinPlanes,
  levelOf,
  MAX_PIXELS,
  orderedMap,
  parseWindow,
} from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';
import type { Layout } from '../set/layouts.ts';
import type { Frame, Source } from '../set/types.ts';
import { type ArrayFile, itemsOf, openArrays } from './array-file.ts';
import { type ImagePlaces, placesOf } from './array-layout.ts';

/** What people call them; those of MedMNIST and of Keras among them. The first that is there counts. */
const IMAGES = ['images', 'train_images', 'x_train', 'x', 'arr_0'];
const LABELS = ['labels', 'train_labels', 'y_train', 'y'];

/** Channels of gray and RGB. */
const PHOTOGRAPHIC: readonly number[] = [1, 3];

/** Most different classes. */
const MOST_CLASSES = 10_000;
/** Most of those that half floats tell apart. */
const MOST_HALVES = 2048;

export const isArrayName = (path: string): boolean => /\.np[yz]$/i.test(path);

/** @throws InputError when it holds no images, or labels that do not go with them */
export async function openArraySource(path: string, layout: Layout | undefined): Promise<Source> {
  const arrays = await openArrays(path);
  const images = imagesAmong(arrays, path);
  const places = placesOf(images.name, images.header.shape, layout);
  const { height, width } = places;
  if (height * width > MAX_PIXELS) {
    throw new InputError(
      `Cannot read the array: images of ${images.name} must have at most ${MAX_PIXELS / 1e6} million pixels, received ${width} x ${height}.`,
    );
  }
  const [total = 0] = images.header.shape;
  const labelled = /\.npz$/i.test(path)
    ? await labelsAmong(arrays, total)
    : { notes: [`${basename(path)} holds no labels.`] };
  const { size, mtimeMs } = statSync(path);
  return {
    name: basename(path).replace(/\.np[yz]$/i, ''),
    identity: JSON.stringify([resolve(path), size, mtimeMs, layout ?? null]),
    total,
    ...(!PHOTOGRAPHIC.includes(places.channels) && { channels: places.channels }),
    ...labelled.classes,
    notes: labelled.notes,
    async *frames(options) {
      configureSharp();
      const measured = images.header.type !== 'u1';
      const range = measured && parseWindow(options.window) === 'dicom' ? await rangeOf(images) : undefined;
      let next = 0;
      const toFrame = async (bytes: Buffer): Promise<Frame> => {
        const number = next++;
        const label = labelled.labels?.[number];
        const picture = await pictureOf(bytes, { images, number, places, measured, range }, options);
        if ('reason' in picture) return picture;
        return label === undefined ? picture : { ...picture, label };
      };
      yield* orderedMap(itemsOf(images), toFrame, 4);
    },
  };
}

function imagesAmong(arrays: readonly ArrayFile[], path: string): ArrayFile {
  const many = arrays.filter(({ header }) => header.shape.length === 3 || header.shape.length === 4);
  const named = IMAGES.map((key) => many.find((array) => array.key === key)).find((array) => array !== undefined);
  const [only] = arrays.length === 1 ? arrays : many.length === 1 ? many : [];
  const found = named ?? only;
  if (found) return found;
  const held = arrays.map(({ key, header }) => `${key} [${header.shape.join(', ')}]`).join(', ');
  throw new InputError(
    `Cannot read the array: ${path} must hold images by one of the names ${IMAGES.join(', ')}, received ${held || 'no array'}.`,
  );
}

interface Labelled {
  labels?: number[];
  classes?: Pick<Source, 'classNames' | 'labelSource'>;
  notes: string[];
}

async function labelsAmong(arrays: readonly ArrayFile[], count: number): Promise<Labelled> {
  const array = LABELS.map((key) => arrays.find((one) => one.key === key)).find((one) => one !== undefined);
  if (!array) return { notes: [`No labels were found: an array of them is called ${LABELS.join(', ')}.`] };
  const [rows, ...others] = array.header.shape;
  const columns = others.reduce((all, side) => all * side, 1);
  if (rows !== count) {
    throw new InputError(
      `Cannot read the array: ${array.name} must have ${count} labels, one for every image, received ${rows}.`,
    );
  }
  if (columns !== 1)
    return { notes: [`${array.name} has ${columns} labels an image, and is not used: an image has one class.`] };
  const labels: number[] = [];
  for await (const item of itemsOf(array)) labels.push(npyValues(item, array.header)(0));
  const most = array.header.type === 'f2' ? MOST_HALVES : MOST_CLASSES;
  const wrong = labels.find((label) => !Number.isInteger(label) || label < 0 || label >= most);
  if (wrong !== undefined) {
    const halves = most === MOST_HALVES ? ', as half floats round others' : '';
    throw new InputError(
      `Cannot read the array: ${array.name} must hold integers from 0 to ${most - 1}${halves}, received ${wrong}.`,
    );
  }
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const classNames = Array.from({ length: classes }, (_, i) => String(i));
  return { labels, classes: { classNames, labelSource: array.name }, notes: [] };
}

/** The least and greatest of all finite values. */
async function rangeOf(images: ArrayFile): Promise<[number, number]> {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const count = images.header.shape.slice(1).reduce((all, side) => all * side, 1);
  for await (const item of itemsOf(images)) {
    const [low, high] = extremes(npyValues(item, images.header), count);
    least = Math.min(least, low);
    most = Math.max(most, high);
  }
  if (least < most) return [least, most];
  throw new InputError(
    `Cannot read the array: ${images.name} must hold different finite numbers, received ${least > most ? 'none' : `only ${least}`}.`,
  );
}

interface Item {
  images: ArrayFile;
  /** Its number, from 0. */
  number: number;
  places: ImagePlaces;
  /** Whether its numbers are no levels of 8 bits. */
  measured: boolean;
  /** Of all values, where it says what is black and white. */
  range: readonly [number, number] | undefined;
}

async function pictureOf(
  bytes: Buffer,
  { images, number, places, measured, range }: Item,
  options: ImageOptions,
): Promise<Frame> {
  const { height, width, channels, placeOf } = places;
  const value = npyValues(bytes, images.header);
  const plane = height * width;
  const origin = { width, height };
  const colour = channels === 3;
  /** Of the pixels of one channel, or of all three together. */
  const valueAt = (channel: number) => (at: number) =>
    colour ? value(placeOf(Math.floor(at / 3), at % 3)) : value(placeOf(at, channel));
  const parts = Array.from({ length: colour ? 1 : channels }, (_, channel) => valueAt(channel));
  const count = colour ? 3 * plane : plane;
  if (!measured) {
    const fitted = parts.map((levelAt) => {
      const levels = Uint8Array.from({ length: count }, (_, at) => levelAt(at));
      return colour ? fitRaw({ width, height, pixels: levels }, options) : fitGray(levels, height, width, options);
    });
    return { pixels: together(await Promise.all(fitted), options), origin };
  }
  const window = parseWindow(options.window);
  const own = () => extremes(value, channels * plane);
  const [black, white] =
    typeof window === 'object'
      ? [window.centre - window.width / 2, window.centre + window.width / 2]
      : (range ?? own());
  if (!(black < white))
    return { file: `image ${number} of ${images.name}`, reason: 'blank: all its values are the same' };
  const share = between(black, white);
  let infinite = false;
  const fitted = parts.map((numberAt) => {
    const levels = colour ? new Uint8Array(count) : new Uint16Array(count);
    for (let at = 0; at < count; at++) {
      const given = numberAt(at);
      if (!Number.isFinite(given)) infinite = true;
      const level = levelOf(share(given));
      levels[at] = colour ? (level + 128) / 257 : level;
    }
    return fitRaw({ width, height, pixels: levels }, options);
  });
  return {
    pixels: together(await Promise.all(fitted), options),
    origin,
    windowed: true,
    levels: window === 'auto' ? undefined : { black, white },
    infinite,
  };
}

/** An image of one channel or of colours as it is, of others one plane after the other. */
const together = (planes: readonly (Uint8Array | Uint16Array)[], { depth }: ImageOptions) =>
  planes.length === 1 ? planes[0]! : joinPlanes(planes, depth);
