/** What to train on, as the trainer takes it: the shipped digits, and the visitor's pictures, which never leave. */
import type { TrainerInfo, TrainingImages } from '@onnoise/runtime-web';
import { sha256 } from '@onnoise/runtime-web/parts';
import { InputError } from '@onnoise/scheduler/rules';
import type { StepFile } from '@onnoise/scheduler/training';
import { cutSheet } from '../../state/phantoms.ts';
import { fitPicture, type ImageShape, type Rgba, scaledPicture, sizeOf, toBytes } from '../../state/picture.ts';
import { fetchFile, pixelsOf } from '../../state/read-picture.ts';
import { fetchDigits as fetchLargeDigits } from '../forward/state/state.ts';
import { type Listed, type Read, readEach } from '../model/files.tsx';
import { whole } from '../model/words.ts';

/** Side of a picture, as the shipped steps take it. */
export const SIDE = 16;
export const SHIPPED: ImageShape = [1, SIDE, SIDE];
/** Names of what a training learns from, as the model's card has them. */
export const DIGITS = 'digits';
export const FILES = 'pictures of files';
export const CAMERA = 'pictures of the camera';

/** Of the digits. */
export const CLASSES = 10;
/** As many as a step takes. */
export const FEWEST = 16;
/** More take long to read, and minutes of training see each only a few times. */
const MOST = 2000;

const SHEET = 'training/digits.png';
/** Of the sheet, by row; 200 of each digit, one after the other. */
const [COLUMNS, EACH] = [50, 200];

/** @throws Error with one sentence if the sheet cannot be fetched or read. */
async function fetchDigits(): Promise<TrainingImages> {
  const file = await fetchFile(SHEET, 'the digits').catch(({ message }: Error) => {
    throw new Error(`${message} Your own pictures will do.`);
  });
  const { data } = await pixelsOf(await file.blob());
  const count = EACH * CLASSES;
  const pixels = cutSheet(data, { columns: COLUMNS, count, width: SIDE, height: SIDE });
  return { name: DIGITS, pixels, labels: Int32Array.from({ length: count }, (_, i) => Math.floor(i / EACH)) };
}

/** Side that the middle square of pictures has that are kept in memory. */
const KEPT_SIDE = 64;

/** A picture as it is kept: whole and in colour, for whatever shape a step takes. */
export const prepare = (image: Rgba): Rgba => scaledPicture(image, KEPT_SIDE);

/** @throws InputError where none is a picture */
export const readPictures = (
  files: readonly Listed[],
  onProgress: (done: number, total: number) => void,
): Promise<Read<Rgba>> => readEach(files, MOST, prepare, onProgress);

/** A kept picture as a step takes it. */
export const asTrained = (picture: Rgba, shape: ImageShape): Uint8ClampedArray => toBytes(fitPicture(picture, shape));

/** @param shape that the step takes */
export function asImages(name: string, pictures: readonly Rgba[], shape: ImageShape): TrainingImages {
  const size = sizeOf(shape);
  const pixels = new Uint8Array(pictures.length * size);
  for (const [i, picture] of pictures.entries()) pixels.set(asTrained(picture, shape), i * size);
  return { name, pixels };
}

/** @throws Error with one sentence for a shape that the shipped digits do not have, and if they cannot be fetched */
export async function digitsOf(shape: ImageShape): Promise<TrainingImages> {
  const wanted = shape.join(' x ');
  if (wanted === `1 x ${SIDE} x ${SIDE}`) return fetchDigits();
  const { bytes, width, height, labels } = await fetchLargeDigits();
  if (wanted === `1 x ${height} x ${width}`) {
    return { name: DIGITS, pixels: bytes as Uint8Array<ArrayBuffer>, labels: Int32Array.from(labels) };
  }
  throw new InputError(
    `Cannot go on with digits: the pictures must be ${wanted} as the training takes them, received ${SIDE} x ${SIDE} and ${height} x ${width}. Choose your own files first.`,
  );
}

/** What a file says of its training: of the pictures their name and a hash. */
type Facts = Pick<StepFile, 'data' | 'config'>;

/** Whether a training learned from digits of MNIST, in this page or in Node, and not from a folder of that name. */
export const areDigits = ({ data, config }: Facts): boolean =>
  data?.name === DIGITS && (config.data as { source?: unknown } | undefined)?.source === DIGITS;

/**
 * False where a training would go on with other pictures than its own. Of a training of Node nothing is known: its hash is of more than
 * pixels. On an insecure origin, where no hash is computed, the name has to do.
 */
export async function maySuit(facts: Facts, images: TrainingImages): Promise<boolean> {
  if (areDigits(facts)) return images.name === DIGITS;
  const { data } = facts;
  if (data === null || ![FILES, CAMERA].includes(data.name)) return true;
  const hash = await sha256(images.pixels);
  return hash === '' || !/^[0-9a-f]{64}$/.test(data.hash) ? images.name === data.name : hash === data.hash;
}

/** Says how far a training is, and what it learns from. */

/** `1 step`, `2,000 steps` */
export const stepsOf = (count: number) => (count === 1 ? '1 step' : `${whole(count)} steps`);

/** `18 pictures`, `2,000 of 5,000 pictures, evenly chosen` @param of how many there are; null: as many */
export function picturesOf(count: number, of: number | null): string {
  if (of !== null) return `${whole(count)} of ${whole(of)} pictures, evenly chosen`;
  return count === 1 ? '1 picture' : `${whole(count)} pictures`;
}

const NAMES: Readonly<Record<string, string>> = {
  [DIGITS]: 'handwritten digits of the MNIST data set',
  [FILES]: 'pictures from your files',
  [CAMERA]: 'pictures from your camera',
};

/** `16 × 16 pixels, in gray` */
export const sizeWords = ([channels, height, width]: ImageShape): string =>
  `${width} × ${height} pixels, in ${channels === 1 ? 'gray' : 'colour'}`;

/** What a file holds that waits for its pictures. */
export function waitingWords({ progress, data }: Pick<StepFile, 'progress' | 'data'>): string {
  const learnt = data === null ? '' : `, which learned from ${namesOf(data.name)}`;
  return `The file holds a training of ${stepsOf(progress.step)}${learnt}, but not the pictures. Choose them, then go on.`;
}

/** Of what the images of that name are. */
export const namesOf = (name: string): string => NAMES[name] ?? `pictures of ${name}`;

/** `400 handwritten digits of the MNIST data set, 28 × 28 pixels, in gray, each with its number.` */
export function learntWords({
  images,
  shape,
  classNames,
}: Pick<TrainerInfo, 'images' | 'shape' | 'classNames'>): string {
  const { name, count } = images;
  const numbered = name === DIGITS && classNames?.length === CLASSES;
  return [`${whole(count)} ${namesOf(name)}`, sizeWords(shape), ...(numbered ? ['each with its number'] : [])]
    .join(', ')
    .concat('.');
}
