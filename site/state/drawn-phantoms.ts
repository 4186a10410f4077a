/** Phantoms of hands that the page draws itself, of any size: the same hands as on its sheet, and those after them. */
import type { Sex } from '@onnoise/phantom/draw';

/** What is known of a drawn one. */
export interface DrawnPhantom {
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
