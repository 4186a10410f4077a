/** The phantoms of hands that the page ships, on a sheet (scripts/web/make-phantoms.ts), and those that it draws, of any size. */
import type { Sex } from '@onnoise/phantom/draw';
import { fromBytes, type Picture } from './picture.ts';
import { fetchFile, pixelsOf } from './read-picture.ts';

import { pauses } from './tasks.ts';

/** What every phantom says of itself: base/src/pictures/phantom-label.ts. */
export const PHANTOM_NOTICE = 'Synthetic phantom, not a radiograph of a person.';

/** What is to be said beside a model's pictures. */
export const noticeOf = ({ trainedOn }: { trainedOn?: 'phantoms' } = {}): string | undefined =>
  trainedOn === 'phantoms' ? PHANTOM_NOTICE : undefined;

/** What is known of them, by place on the sheet, row by row. */
export interface PhantomSheet {
  /** To be said wherever one is shown, a sentence. */
  notice: string;
  /** Name of the sheet's file, beside this one. */
  sheet: string;
  columns: number;
  count: number;
  width: number;
  height: number;
  classNames: string[];
  labels: number[];
  conditions: { boneage: number[] };
}

export interface Phantoms extends PhantomSheet {
  /** [count, height, width] */
  pixels: Uint8Array;
}

const FOLDER = 'hands';
const ADDRESS = `${FOLDER}/phantoms.json`;

/** @throws Error with one sentence if they cannot be fetched */
export async function fetchPhantoms(): Promise<Phantoms> {
  const sheet = (await (await fetchFile(ADDRESS, 'the hands')).json()) as PhantomSheet;
  const file = await fetchFile(`${FOLDER}/${sheet.sheet}`, 'the hands');
  const { data } = await pixelsOf(await file.blob());
  const pixels = new Uint8Array(sheet.count * sheet.height * sheet.width);
  const pause = pauses();
  for (let picture = 0; picture < sheet.count; picture++) {
    cutPicture(data, sheet, picture, pixels);
    await pause();
  }
  return { ...sheet, notice: PHANTOM_NOTICE, pixels };
}

type Cut = Pick<PhantomSheet, 'columns' | 'count' | 'width' | 'height'>;

/**
 * Takes the pictures off the sheet.
 * @param rgba [rows height, columns width, 4], gray
 * @returns [count, height, width]
 */
export function cutSheet(rgba: ArrayLike<number>, sheet: Cut): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(sheet.count * sheet.height * sheet.width);
  for (let picture = 0; picture < sheet.count; picture++) cutPicture(rgba, sheet, picture, pixels);
  return pixels;
}

/** Takes one of them into its place. */
function cutPicture(rgba: ArrayLike<number>, { columns, width, height }: Cut, picture: number, pixels: Uint8Array) {
  const left = (picture % columns) * width;
  const top = Math.floor(picture / columns) * height;
  let to = picture * height * width;
  for (let y = top; y < top + height; y++) {
    const row = y * columns * width;
    for (let x = left; x < left + width; x++) pixels[to++] = rgba[4 * (row + x)]!;
  }
}

export function phantomPicture({ pixels, width, height }: Phantoms, index: number, name: string): Picture {
  const size = width * height;
  return {
    name,
    shape: [1, height, width],
    x0: fromBytes(pixels.subarray(index * size, (index + 1) * size)),
  };
}

/** For each age in months the place of the phantom that is nearest to it, none twice. */
export function placesByAge({ conditions: { boneage } }: Pick<PhantomSheet, 'conditions'>, ages: readonly number[]) {
  const places: number[] = [];
  for (const age of ages) {
    const free = boneage.map((_, place) => place).filter((place) => !places.includes(place));
    places.push(
      free.reduce((best, place) => (Math.abs(boneage[place]! - age) < Math.abs(boneage[best]! - age) ? place : best)),
    );
  }
  return places;
}

/** What is known of a drawn one. */
interface DrawnPhantom {
  /** Gray levels, [size, size] */
  pixels: Uint8Array;
  /** Months. */
  age: number;
  sex: Sex;
}

/** @param number of the seed's phantoms, from 1 */
export type DrawPhantom = (seed: number, number: number, size: number) => DrawnPhantom;

/** Fetches what draws them. A phantom takes some milliseconds: draw one in a task. */
export async function phantomPainter(): Promise<DrawPhantom> {
  const { AGES, createPainter } = await import('@onnoise/phantom/draw');
  const paint = createPainter();
  return (seed, number, size) => {
    const { pixels, truth } = paint({ seed, picture: number - 1, size, age: [AGES.min, AGES.max] });
    return { pixels, age: truth.age, sex: truth.sex };
  };
}
