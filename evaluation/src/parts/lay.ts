/**
 * Where exactly a part of an image lies nearest to a part of a picture: from the best of the crops that were tried, place and size are
 * moved by ever smaller steps while that brings them nearer (a pattern search).
 */
import type { ImageShape } from '@onnoise/scheduler/model';
import { CELLS } from './candidates.ts';
import { cropsOf, type PartName, partOf } from './places.ts';
import { cellsOf, type Plane, type Rectangle } from './plane.ts';

/** Cells a side while parts are moved, and for the distance itself. */
const MOVING = 8;
const FINE = 16;
/** Most pixels that a half may be moved along an axis, of images of 64 pixels. */
const HALF_SHIFT = 2 / 64;
/** Steps smaller than this many pixels change nothing. */
const LEAST_STEP = 0.25;
/** Sides of crops, as shares of the image's: larger ones are the image itself, which other searches see. */
const [LEAST, MOST] = [0.45, 0.97];

/** A part of a picture in cells of three sizes. */
export interface Asked {
  rough: Float32Array;
  moving: Float32Array;
  fine: Float32Array;
}

export function askedOf(picture: Plane, name: PartName, shape: ImageShape): Asked {
  const part = partOf(name, shape);
  const [rough, moving, fine] = [CELLS, MOVING, FINE].map((side) => {
    const cells = new Float32Array(side * side);
    cellsOf(picture, part, side, cells);
    return cells;
  });
  return { rough: rough!, moving: moving!, fine: fine! };
}

/** Where a part lies in an image, and how well: their correlation, in cells that are a little too large for it. */
interface Laid {
  rectangle: Rectangle;
  likeness: number;
}

/** An image whose parts are laid on those of pictures. */
export interface Layer {
  lay(asked: Asked, name: PartName): Laid;
  /** From 0 (the same, up to brightness and contrast) to 1.41 (unrelated). */
  distance(asked: Asked, rectangle: Rectangle): number;
}

/** @returns what lays images of this shape, one after the other */
export function openLayers(shape: ImageShape): (image: Plane) => Layer {
  const crops = cropsOf(shape);
  const [, height, width] = shape;
  const rough = new Float32Array(crops.length * CELLS * CELLS);
  const [moving, fine] = [new Float32Array(MOVING * MOVING), new Float32Array(FINE * FINE)];
  const shift = Math.max(1, HALF_SHIFT * Math.min(width, height));
  return (image) => {
    let isRough = false;
    const bestCrop = (asked: Asked): Rectangle => {
      const size = CELLS * CELLS;
      if (!isRough) for (const [c, crop] of crops.entries()) cellsOf(image, crop, CELLS, rough.subarray(c * size));
      isRough = true;
      let [best, most] = [0, -Infinity];
      for (let c = 0; c < crops.length; c++) {
        let sum = 0;
        for (let i = 0; i < size; i++) sum += asked.rough[i]! * rough[c * size + i]!;
        if (sum > most) [best, most] = [c, sum];
      }
      return crops[best]!;
    };
    const likenessAt = (asked: Asked, rectangle: Rectangle): number => {
      cellsOf(image, rectangle, MOVING, moving);
      let sum = 0;
      for (let i = 0; i < moving.length; i++) sum += moving[i]! * asked.moving[i]!;
      return sum;
    };
    return {
      lay(asked, name) {
        const isCrop = name === 'crop';
        let rectangle = isCrop ? bestCrop(asked) : partOf(name, shape);
        let likeness = likenessAt(asked, rectangle);
        const bounds = isCrop ? { width, height } : { width, height, home: rectangle, shift };
        let step = isCrop ? rectangle.width / 16 : shift / 2;
        while (step >= LEAST_STEP) {
          const before = likeness;
          for (const move of isCrop ? CROP_MOVES : HALF_MOVES) {
            const next = moved(rectangle, move, step, bounds);
            const found = next === undefined ? -Infinity : likenessAt(asked, next);
            if (found > likeness) [rectangle, likeness] = [next!, found];
          }
          if (likeness === before) step /= 2;
        }
        return { rectangle, likeness };
      },
      distance(asked, rectangle) {
        cellsOf(image, rectangle, FINE, fine);
        let sum = 0;
        for (let i = 0; i < fine.length; i++) sum += (fine[i]! - asked.fine[i]!) ** 2;
        return Math.sqrt(sum);
      },
    };
  };
}

/** Right, down, and larger about the middle, in steps. */
const HALF_MOVES = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
] as const;
const CROP_MOVES = [...HALF_MOVES, [0, 0, 1], [0, 0, -1]] as const;

interface Bounds {
  width: number;
  height: number;
  /** Of a half: where it lies in a picture, and how far from there it may be moved. */
  home?: Rectangle;
  shift?: number;
}

/** @returns undefined for what would leave its bounds */
function moved(
  rectangle: Rectangle,
  [right, down, larger]: readonly [number, number, number],
  step: number,
  { width: most, height: tallest, home, shift = 0 }: Bounds,
): Rectangle | undefined {
  const width = rectangle.width + 2 * larger * step;
  const height = (rectangle.height * width) / rectangle.width;
  const left = rectangle.left + right * step - (width - rectangle.width) / 2;
  const top = rectangle.top + down * step - (height - rectangle.height) / 2;
  if (home === undefined) {
    if (width < LEAST * most || width > MOST * most) return undefined;
  } else if (Math.abs(left - home.left) > shift || Math.abs(top - home.top) > shift) return undefined;
  // What grows at an edge moves inwards.
  return {
    left: Math.min(Math.max(left, 0), most - width),
    top: Math.min(Math.max(top, 0), tallest - height),
    width,
    height,
  };
}
